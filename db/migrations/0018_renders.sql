CREATE TABLE "renders" (
	"webinar_id" uuid NOT NULL,
	"layout" text NOT NULL,
	"id" uuid NOT NULL,
	"state" text DEFAULT 'wanted' NOT NULL,
	"reason" text,
	"progress" real DEFAULT 0 NOT NULL,
	"node_id" text,
	"duration_ms" integer,
	"bytes" bigint,
	"told_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "renders_webinar_id_layout_pk" PRIMARY KEY("webinar_id","layout"),
	CONSTRAINT "renders_id_unique" UNIQUE("id"),
	CONSTRAINT "renders_state" CHECK ("renders"."state" in ('wanted', 'waiting', 'making', 'ready', 'failed', 'deleting')),
	CONSTRAINT "renders_ready" CHECK ("renders"."state" <> 'ready' or ("renders"."duration_ms" >= 0 and "renders"."bytes" >= 0))
);
--> statement-breakpoint
ALTER TABLE "renders" ADD CONSTRAINT "renders_webinar_id_webinars_id_fk" FOREIGN KEY ("webinar_id") REFERENCES "public"."webinars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "renders_open" ON "renders" USING btree ("created_at") WHERE "renders"."state" not in ('ready', 'failed');