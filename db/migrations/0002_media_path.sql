ALTER TABLE "attendance_intervals" ADD COLUMN "path" text;--> statement-breakpoint
ALTER TABLE "attendance_intervals" ADD COLUMN "path_reason" text;--> statement-breakpoint
ALTER TABLE "attendance_intervals" ADD CONSTRAINT "attendance_path" CHECK ("attendance_intervals"."path" in ('udp', 'tcp', 'turn-udp', 'turn-tcp', 'turn-tls', 'hls'));