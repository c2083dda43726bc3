ALTER TABLE "form_fields" DROP CONSTRAINT "form_fields_kind";--> statement-breakpoint
DROP INDEX "form_fields_position";--> statement-breakpoint
ALTER TABLE "form_fields" ADD COLUMN "help" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "form_fields" ADD COLUMN "show_if" jsonb;--> statement-breakpoint
ALTER TABLE "form_fields" ADD COLUMN "archived_at" timestamp (3) with time zone;--> statement-breakpoint
CREATE INDEX "form_fields_form" ON "form_fields" USING btree ("form_id","position");--> statement-breakpoint
ALTER TABLE "form_fields" ADD CONSTRAINT "form_fields_kind" CHECK ("form_fields"."kind" in ('text', 'long-text', 'email', 'phone', 'country', 'choice', 'multi-choice', 'number', 'date', 'consent'));