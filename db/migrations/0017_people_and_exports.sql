CREATE TABLE "export_runs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"schedule_id" uuid NOT NULL,
	"webinar_id" uuid NOT NULL,
	"occasion" text NOT NULL,
	"objects" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"delivery_id" uuid,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"claim" uuid,
	"claimed_until" timestamp (3) with time zone,
	"delivered_at" timestamp (3) with time zone,
	"failed_at" timestamp (3) with time zone,
	"bytes" bigint DEFAULT 0 NOT NULL,
	"log" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "export_runs_one_end" CHECK ("export_runs"."delivered_at" is null or "export_runs"."failed_at" is null)
);
--> statement-breakpoint
CREATE TABLE "export_schedules" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organisation_id" uuid NOT NULL,
	"webinar_id" uuid,
	"name" text NOT NULL,
	"endpoint_id" uuid,
	"bucket" jsonb,
	"secret" text,
	"files" jsonb NOT NULL,
	"hours_after_end" integer,
	"daily_minute" integer,
	"disabled_at" timestamp (3) with time zone,
	"created_by" uuid NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "export_schedules_name_length" CHECK (char_length("export_schedules"."name") between 1 and 80),
	CONSTRAINT "export_schedules_one_target" CHECK (("export_schedules"."endpoint_id" is null) <> ("export_schedules"."bucket" is null)),
	CONSTRAINT "export_schedules_secret" CHECK (("export_schedules"."bucket" is null) = ("export_schedules"."secret" is null)),
	CONSTRAINT "export_schedules_hours" CHECK ("export_schedules"."hours_after_end" between 0 and 720),
	CONSTRAINT "export_schedules_minute" CHECK ("export_schedules"."daily_minute" between 0 and 1439)
);
--> statement-breakpoint
DROP INDEX "panelists_email_key";--> statement-breakpoint
ALTER TABLE "mail_outbox" ADD COLUMN "delivered_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "mail_outbox" ADD COLUMN "bounced_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "mail_outbox" ADD COLUMN "opened_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "mail_outbox" ADD COLUMN "proxy_opened_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "mail_outbox" ADD COLUMN "clicked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "bounced_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "bounce_reason" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "panelists" ADD COLUMN "role" text DEFAULT 'panelist' NOT NULL;--> statement-breakpoint
ALTER TABLE "panelists" ADD COLUMN "invited_at" timestamp (3) with time zone DEFAULT now() NOT NULL;--> statement-breakpoint
ALTER TABLE "panelists" ADD COLUMN "accepted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "panelists" ADD COLUMN "declined_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "panelists" ADD COLUMN "revoked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "mail_opens" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "export_runs" ADD CONSTRAINT "export_runs_schedule_id_export_schedules_id_fk" FOREIGN KEY ("schedule_id") REFERENCES "public"."export_schedules"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "export_runs" ADD CONSTRAINT "export_runs_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "export_schedules" ADD CONSTRAINT "export_schedules_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "export_schedules" ADD CONSTRAINT "export_schedules_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "export_schedules" ADD CONSTRAINT "export_schedules_endpoint_id_webhook_endpoints_id_fk" FOREIGN KEY ("endpoint_id") REFERENCES "public"."webhook_endpoints"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "export_schedules" ADD CONSTRAINT "export_schedules_created_by_users_id_fk" FOREIGN KEY ("created_by") REFERENCES "public"."users"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "export_runs_once" ON "export_runs" USING btree ("schedule_id","webinar_id","occasion");--> statement-breakpoint
CREATE INDEX "export_runs_due" ON "export_runs" USING btree ("next_attempt_at") WHERE "export_runs"."delivered_at" is null and "export_runs"."failed_at" is null;--> statement-breakpoint
CREATE INDEX "export_runs_webinar" ON "export_runs" USING btree ("webinar_id");--> statement-breakpoint
CREATE INDEX "export_schedules_organisation" ON "export_schedules" USING btree ("organisation_id","created_at");--> statement-breakpoint
CREATE INDEX "mail_outbox_webinar" ON "mail_outbox" USING btree ("webinar_id","kind");--> statement-breakpoint
CREATE UNIQUE INDEX "panelists_email_key" ON "panelists" USING btree ("webinar_id","email") WHERE "panelists"."revoked_at" is null;--> statement-breakpoint
ALTER TABLE "panelists" ADD CONSTRAINT "panelists_role" CHECK ("panelists"."role" in ('panelist', 'co-host'));--> statement-breakpoint
ALTER TABLE "panelists" ADD CONSTRAINT "panelists_one_answer" CHECK ("panelists"."accepted_at" is null or "panelists"."declined_at" is null);