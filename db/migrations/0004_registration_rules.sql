CREATE TABLE "consent_texts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"webinar_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "consent_texts_length" CHECK (char_length("consent_texts"."text") <= 2000)
);
--> statement-breakpoint
CREATE TABLE "consents" (
	"registration_id" uuid NOT NULL,
	"consent_text_id" uuid NOT NULL,
	"agreed_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "consents_registration_id_consent_text_id_pk" PRIMARY KEY("registration_id","consent_text_id")
);
--> statement-breakpoint
ALTER TABLE "registrations" DROP CONSTRAINT "registrations_status";--> statement-breakpoint
ALTER TABLE "mail_outbox" ADD COLUMN "registration_id" uuid;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "status_reason" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "waitlist_position" integer;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "origin" text DEFAULT 'form' NOT NULL;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "registration_limit" integer;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "waitlist" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "approval" text DEFAULT 'approve' NOT NULL;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "allowed_domains" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "blocked_domains" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "consent_texts" ADD CONSTRAINT "consent_texts_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consents" ADD CONSTRAINT "consents_registration_id_registrations_id_fk" FOREIGN KEY ("registration_id") REFERENCES "public"."registrations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "consents" ADD CONSTRAINT "consents_consent_text_id_consent_texts_id_fk" FOREIGN KEY ("consent_text_id") REFERENCES "public"."consent_texts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "consent_texts_version" ON "consent_texts" USING btree ("webinar_id","version");--> statement-breakpoint
ALTER TABLE "mail_outbox" ADD CONSTRAINT "mail_outbox_registration_id_registrations_id_fk" FOREIGN KEY ("registration_id") REFERENCES "public"."registrations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "mail_outbox_registration" ON "mail_outbox" USING btree ("registration_id");--> statement-breakpoint
CREATE INDEX "registrations_status" ON "registrations" USING btree ("webinar_id","status");--> statement-breakpoint
CREATE UNIQUE INDEX "registrations_waitlist" ON "registrations" USING btree ("webinar_id","waitlist_position");--> statement-breakpoint
ALTER TABLE "registrations" ADD CONSTRAINT "registrations_waitlisted_has_place" CHECK ("registrations"."status" <> 'waitlisted' or "registrations"."waitlist_position" is not null);--> statement-breakpoint
ALTER TABLE "registrations" ADD CONSTRAINT "registrations_origin" CHECK ("registrations"."origin" in ('form', 'import'));--> statement-breakpoint
ALTER TABLE "registrations" ADD CONSTRAINT "registrations_reason_length" CHECK (char_length("registrations"."status_reason") <= 300);--> statement-breakpoint
ALTER TABLE "registrations" ADD CONSTRAINT "registrations_status" CHECK ("registrations"."status" in ('registered', 'pending', 'waitlisted', 'denied', 'cancelled'));--> statement-breakpoint
ALTER TABLE "webinars" ADD CONSTRAINT "webinars_registration_limit" CHECK ("webinars"."registration_limit" >= 1);--> statement-breakpoint
ALTER TABLE "webinars" ADD CONSTRAINT "webinars_approval" CHECK ("webinars"."approval" in ('approve', 'review', 'deny'));