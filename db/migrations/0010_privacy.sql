ALTER TABLE "organisations" ADD COLUMN "retention_days" integer;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "erased_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "panelists" ADD COLUMN "erased_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "retention_days" integer;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "purged_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_retention" CHECK ("organisations"."retention_days" between 0 and 3650);--> statement-breakpoint
ALTER TABLE "webinars" ADD CONSTRAINT "webinars_retention" CHECK ("webinars"."retention_days" between 0 and 3650);