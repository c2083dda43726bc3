import { ReplayPage } from "../../../features/replay/replay-page.tsx";
import { titled } from "../../../server/page-language.ts";
import { Localised } from "../../localised.tsx";

export const generateMetadata = titled((titles) => titles.replay);
type Params = { params: Promise<{ slug: string }> };

export default async function ReplayBySlug({ params }: Params) {
  return (
    <Localised>
      <ReplayPage by={{ slug: (await params).slug }} />
    </Localised>
  );
}
