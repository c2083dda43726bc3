import { AttendeeRoom } from "../../../features/room/attendee-room.tsx";
import { titled } from "../../../server/page-language.ts";
import { Localised } from "../../localised.tsx";

export const generateMetadata = titled((titles) => titles.watch, { robots: { index: false } });
type Params = { params: Promise<{ token: string }> };

export default async function WatchPage({ params }: Params) {
  return (
    <Localised>
      <AttendeeRoom joinToken={(await params).token} prefer="hls" />
    </Localised>
  );
}
