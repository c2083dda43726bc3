import type { Metadata } from "next";
import { AttendeeRoom } from "../../../features/room/attendee-room.tsx";

export const metadata: Metadata = { title: "Watch", robots: { index: false } };
type Params = { params: Promise<{ token: string }> };

export default async function WatchPage({ params }: Params) {
  return <AttendeeRoom joinToken={(await params).token} prefer="hls" />;
}
