import { AttendeeRoom } from "../../../features/room/attendee-room.tsx";
import { titled } from "../../../server/page-language.ts";
import { Localised } from "../../localised.tsx";

export const generateMetadata = titled((titles) => titles.join, { robots: { index: false } });
type Params = { params: Promise<{ token: string }> };

export default async function JoinPage({ params }: Params) {
  return (
    <Localised>
      <AttendeeRoom joinToken={(await params).token} prefer="webrtc" />
    </Localised>
  );
}
