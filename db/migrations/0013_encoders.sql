CREATE TABLE "encoders" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"webinar_id" uuid NOT NULL,
	"name" text NOT NULL,
	"key_hash" text NOT NULL,
	"key_hint" text NOT NULL,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "encoders_key_hash_unique" UNIQUE("key_hash"),
	CONSTRAINT "encoders_name_length" CHECK (char_length("encoders"."name") between 1 and 80),
	CONSTRAINT "encoders_key_hint" CHECK (char_length("encoders"."key_hint") <= 4)
);
--> statement-breakpoint
ALTER TABLE "encoders" ADD CONSTRAINT "encoders_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "encoders_name_key" ON "encoders" USING btree ("webinar_id","name");