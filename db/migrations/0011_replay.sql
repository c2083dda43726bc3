CREATE TABLE "caption_keys" (
	"webinar_id" uuid PRIMARY KEY NOT NULL,
	"key_hash" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "caption_keys_key_hash_unique" UNIQUE("key_hash")
);
--> statement-breakpoint
CREATE TABLE "caption_lines" (
	"id" uuid PRIMARY KEY NOT NULL,
	"webinar_id" uuid NOT NULL,
	"starts_at" timestamp (3) with time zone NOT NULL,
	"ends_at" timestamp (3) with time zone NOT NULL,
	"text" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "caption_lines_order" CHECK ("caption_lines"."ends_at" > "caption_lines"."starts_at"),
	CONSTRAINT "caption_lines_text_length" CHECK (char_length("caption_lines"."text") between 1 and 500)
);
--> statement-breakpoint
CREATE TABLE "chapter_marks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"webinar_id" uuid NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"title" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "chapter_marks_title_length" CHECK (char_length("chapter_marks"."title") between 1 and 120)
);
--> statement-breakpoint
CREATE TABLE "recording_tracks" (
	"id" uuid PRIMARY KEY NOT NULL,
	"webinar_id" uuid NOT NULL,
	"participant_id" uuid NOT NULL,
	"name" text NOT NULL,
	"source" text NOT NULL,
	"file" text NOT NULL,
	"offset_ms" integer NOT NULL,
	"duration_ms" integer NOT NULL,
	"bytes" bigint NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "recording_tracks_source" CHECK ("recording_tracks"."source" in ('camera', 'screen')),
	CONSTRAINT "recording_tracks_size" CHECK ("recording_tracks"."duration_ms" >= 0 and "recording_tracks"."bytes" >= 0)
);
--> statement-breakpoint
CREATE TABLE "replay_spans" (
	"id" uuid PRIMARY KEY NOT NULL,
	"webinar_id" uuid NOT NULL,
	"viewer_id" uuid NOT NULL,
	"visit_id" uuid NOT NULL,
	"from_ms" integer NOT NULL,
	"to_ms" integer NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "replay_spans_order" CHECK ("replay_spans"."from_ms" >= 0 and "replay_spans"."to_ms" > "replay_spans"."from_ms")
);
--> statement-breakpoint
CREATE TABLE "replays" (
	"webinar_id" uuid PRIMARY KEY NOT NULL,
	"published_at" timestamp (3) with time zone,
	"access" text DEFAULT 'registered' NOT NULL,
	"available_from" timestamp (3) with time zone,
	"available_until" timestamp (3) with time zone,
	"trim_start_ms" integer DEFAULT 0 NOT NULL,
	"trim_end_ms" integer,
	"show_conversation" boolean DEFAULT true NOT NULL,
	"found_chapters" boolean DEFAULT true NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "replays_access" CHECK ("replays"."access" in ('registered', 'link')),
	CONSTRAINT "replays_window" CHECK ("replays"."available_until" > "replays"."available_from"),
	CONSTRAINT "replays_trim" CHECK ("replays"."trim_start_ms" >= 0 and ("replays"."trim_end_ms" is null or "replays"."trim_end_ms" > "replays"."trim_start_ms"))
);
--> statement-breakpoint
ALTER TABLE "campaigns" DROP CONSTRAINT "campaigns_kind";--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "started_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "chapters" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "storyboard_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "caption_keys" ADD CONSTRAINT "caption_keys_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "caption_lines" ADD CONSTRAINT "caption_lines_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "chapter_marks" ADD CONSTRAINT "chapter_marks_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recording_tracks" ADD CONSTRAINT "recording_tracks_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replay_spans" ADD CONSTRAINT "replay_spans_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "replays" ADD CONSTRAINT "replays_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "caption_lines_webinar" ON "caption_lines" USING btree ("webinar_id","starts_at");--> statement-breakpoint
CREATE INDEX "chapter_marks_webinar" ON "chapter_marks" USING btree ("webinar_id","at");--> statement-breakpoint
CREATE INDEX "recording_tracks_webinar" ON "recording_tracks" USING btree ("webinar_id");--> statement-breakpoint
CREATE INDEX "replay_spans_viewer" ON "replay_spans" USING btree ("webinar_id","viewer_id");--> statement-breakpoint
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_kind" CHECK ("campaigns"."kind" in ('reminder', 'changed', 'cancelled', 'follow-up', 'replay'));