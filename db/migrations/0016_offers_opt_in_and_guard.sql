ALTER TABLE "registrations" DROP CONSTRAINT "registrations_status";--> statement-breakpoint
ALTER TABLE "organisations" ADD COLUMN "double_opt_in" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "consents" ADD COLUMN "confirmed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "answer_until" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "holds_seat" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "confirm_asked_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "confirm_reminded_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "confirmed_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "counted_before" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "registrations" ADD COLUMN "confirmed_text" text;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "offer_hours" integer;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "double_opt_in" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "confirm_hours" integer DEFAULT 24 NOT NULL;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "registration_opens_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "registration_closes_at" timestamp (3) with time zone;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "registration_closes_after" integer;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "passcode_hash" text;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "passcode_at" text DEFAULT 'register' NOT NULL;--> statement-breakpoint
ALTER TABLE "webinars" ADD COLUMN "passcode_in_links" boolean DEFAULT false NOT NULL;--> statement-breakpoint
CREATE INDEX "registrations_answer_until" ON "registrations" USING btree ("answer_until") WHERE "registrations"."status" in ('offered', 'unconfirmed');--> statement-breakpoint
ALTER TABLE "registrations" ADD CONSTRAINT "registrations_answers_until" CHECK ("registrations"."status" not in ('offered', 'unconfirmed') or "registrations"."answer_until" is not null);--> statement-breakpoint
ALTER TABLE "registrations" ADD CONSTRAINT "registrations_holds_seat" CHECK (case "registrations"."status" when 'offered' then "registrations"."holds_seat" when 'unconfirmed' then true else not "registrations"."holds_seat" end);--> statement-breakpoint
ALTER TABLE "registrations" ADD CONSTRAINT "registrations_confirmed_text_length" CHECK (char_length("registrations"."confirmed_text") <= 20);--> statement-breakpoint
ALTER TABLE "registrations" ADD CONSTRAINT "registrations_status" CHECK ("registrations"."status" in ('registered', 'pending', 'waitlisted', 'offered', 'unconfirmed', 'denied', 'cancelled'));--> statement-breakpoint
ALTER TABLE "webinars" ADD CONSTRAINT "webinars_registration_window" CHECK ("webinars"."registration_opens_at" < "webinars"."registration_closes_at");--> statement-breakpoint
ALTER TABLE "webinars" ADD CONSTRAINT "webinars_closes_after" CHECK ("webinars"."registration_closes_after" between -43200 and 1440);--> statement-breakpoint
ALTER TABLE "webinars" ADD CONSTRAINT "webinars_passcode_at" CHECK ("webinars"."passcode_at" in ('register', 'join', 'both'));--> statement-breakpoint
ALTER TABLE "webinars" ADD CONSTRAINT "webinars_offer_hours" CHECK ("webinars"."offer_hours" between 1 and 168);--> statement-breakpoint
ALTER TABLE "webinars" ADD CONSTRAINT "webinars_confirm_hours" CHECK ("webinars"."confirm_hours" between 1 and 168);