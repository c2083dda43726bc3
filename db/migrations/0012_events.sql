CREATE TABLE "pictures" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organisation_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"content_type" text NOT NULL,
	"width" integer NOT NULL,
	"height" integer NOT NULL,
	"bytes" "bytea" NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "pictures_kind" CHECK ("pictures"."kind" in ('logo', 'cover', 'portrait')),
	CONSTRAINT "pictures_size" CHECK (octet_length("pictures"."bytes") between 1 and 1048576)
);
--> statement-breakpoint
CREATE TABLE "connection_checks" (
	"registration_id" uuid PRIMARY KEY NOT NULL,
	"verdict" text NOT NULL,
	"findings" jsonb NOT NULL,
	"measured" jsonb NOT NULL,
	"checked_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "connection_checks_verdict" CHECK ("connection_checks"."verdict" in ('good', 'fair', 'limited', 'bad'))
);
--> statement-breakpoint
CREATE TABLE "series" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organisation_id" uuid NOT NULL,
	"rule" jsonb NOT NULL,
	"choice" text DEFAULT 'chosen' NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "series_choice" CHECK ("series"."choice" in ('all', 'one', 'chosen'))
);
--> statement-breakpoint
CREATE TABLE "templates" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"organisation_id" uuid NOT NULL,
	"name" text NOT NULL,
	"blueprint" jsonb NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "templates_name_length" CHECK (char_length("templates"."name") between 1 and 120)
);
--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "brand" jsonb DEFAULT '{"accent":null,"logo":null}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "series_id" uuid;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "visibility" text DEFAULT 'public' NOT NULL;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "locale" text DEFAULT 'en' NOT NULL;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "mail_texts" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "page" jsonb DEFAULT '{"accent":null,"logo":null,"cover":null,"speakers":[],"agenda":[]}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "pictures" ADD CONSTRAINT "pictures_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "connection_checks" ADD CONSTRAINT "connection_checks_registration_id_registrations_id_fk" FOREIGN KEY ("registration_id") REFERENCES "public"."registrations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "series" ADD CONSTRAINT "series_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "templates" ADD CONSTRAINT "templates_organisation_id_organisations_id_fk" FOREIGN KEY ("organisation_id") REFERENCES "public"."organisations"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "pictures_organisation" ON "pictures" USING btree ("organisation_id");--> statement-breakpoint
CREATE INDEX "templates_organisation" ON "templates" USING btree ("organisation_id");--> statement-breakpoint
ALTER TABLE "webinars" ADD CONSTRAINT "webinars_series_id_series_id_fk" FOREIGN KEY ("series_id") REFERENCES "public"."series"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "webinars_series" ON "webinars" USING btree ("series_id","starts_at");--> statement-breakpoint
ALTER TABLE "webinars" ADD CONSTRAINT "webinars_locale" CHECK ("webinars"."locale" in ('en', 'de'));--> statement-breakpoint
ALTER TABLE "webinars" ADD CONSTRAINT "webinars_visibility" CHECK ("webinars"."visibility" in ('public', 'unlisted'));