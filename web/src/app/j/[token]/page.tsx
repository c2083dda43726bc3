import type { Metadata } from "next";
import { AttendeeRoom } from "../../../features/room/attendee-room.tsx";

export const metadata: Metadata = { title: "Join", robots: { index: false } };
type Params = { params: Promise<{ token: string }> };

export default async function JoinPage({ params }: Params) {
  return <AttendeeRoom joinToken={(await params).token} prefer="webrtc" />;
}
