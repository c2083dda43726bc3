CREATE TABLE "recording_renders" (
	"id" uuid PRIMARY KEY NOT NULL,
	"webinar_id" uuid NOT NULL,
	"layout" text NOT NULL,
	"state" text DEFAULT 'wanted' NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"file" text NOT NULL,
	"duration_ms" integer,
	"bytes" bigint,
	"requested_by" uuid,
	"ended_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "recording_renders_state" CHECK ("recording_renders"."state" in ('wanted', 'done', 'failed', 'cancelled')),
	CONSTRAINT "recording_renders_done" CHECK ("recording_renders"."state" <> 'done' or ("recording_renders"."duration_ms" is not null and "recording_renders"."bytes" is not null))
);
--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "recording_days" integer;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "kept_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "warned_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "warned_of" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "files_deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "replays" ADD COLUMN "render_id" uuid;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "removed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "recording_days" integer;--> statement-breakpoint
ALTER TABLE "recording_renders" ADD CONSTRAINT "recording_renders_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "recording_renders_webinar" ON "recording_renders" USING btree ("webinar_id","created_at");--> statement-breakpoint
ALTER TABLE "replays" ADD CONSTRAINT "replays_render_id_recording_renders_id_fk" FOREIGN KEY ("render_id") REFERENCES "public"."recording_renders"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_recording_days" CHECK ("organisations"."recording_days" between 1 and 3650);--> statement-breakpoint
ALTER TABLE "webinars" ADD CONSTRAINT "webinars_recording_days" CHECK ("webinars"."recording_days" between 0 and 3650);