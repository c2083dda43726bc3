import { HostStudio } from "../../../features/studio/host-studio.tsx";
import { titled } from "../../../server/page-language.ts";
import { Localised } from "../../localised.tsx";

export const generateMetadata = titled((titles) => titles.studio);
type Params = { params: Promise<{ webinarId: string }> };

export default async function StudioPage({ params }: Params) {
  return (
    <Localised>
      <HostStudio webinarId={(await params).webinarId} />
    </Localised>
  );
}
