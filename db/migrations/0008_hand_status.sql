ALTER TABLE "hands" ADD COLUMN "invited_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "hands" ADD COLUMN "accepted_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "hands" ADD CONSTRAINT "hands_invited_first" CHECK ("hands"."accepted_at" is null or "hands"."invited_at" is not null);