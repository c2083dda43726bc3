ALTER TABLE "organisations" ADD COLUMN "recording_days" integer;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "kept_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "warned_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "warned_of" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "files_deleted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "removed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "recording_days" integer;--> statement-breakpoint
ALTER TABLE "organisations" ADD CONSTRAINT "organisations_recording_days" CHECK ("organisations"."recording_days" between 1 and 3650);--> statement-breakpoint
ALTER TABLE "webinars" ADD CONSTRAINT "webinars_recording_days" CHECK ("webinars"."recording_days" between 0 and 3650);