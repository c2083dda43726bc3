CREATE TABLE "admissions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"webinar_id" uuid NOT NULL,
	"participant_id" uuid NOT NULL,
	"device" text NOT NULL,
	"browser" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "admissions_device" CHECK ("admissions"."device" in ('desktop', 'phone', 'tablet', 'other')),
	CONSTRAINT "admissions_browser_length" CHECK (char_length("admissions"."browser") between 1 and 40)
);
--> statement-breakpoint
CREATE TABLE "page_visits" (
	"webinar_id" uuid NOT NULL,
	"day" date NOT NULL,
	"source" text NOT NULL,
	"visits" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "page_visits_webinar_id_day_source_pk" PRIMARY KEY("webinar_id","day","source"),
	CONSTRAINT "page_visits_source_length" CHECK (char_length("page_visits"."source") between 1 and 120)
);
--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "referrer" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "engagement_weights" jsonb DEFAULT '{"attendance":60,"polls":20,"questions":10,"chat":5,"hands":5}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "admissions" ADD CONSTRAINT "admissions_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "page_visits" ADD CONSTRAINT "page_visits_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "admissions_webinar" ON "admissions" USING btree ("webinar_id","participant_id");