import { ReplayPage } from "../../../../features/replay/replay-page.tsx";
import { titled } from "../../../../server/page-language.ts";
import { Localised } from "../../../localised.tsx";

export const generateMetadata = titled((titles) => titles.replay, { robots: { index: false } });
type Params = { params: Promise<{ token: string }> };

export default async function ReplayByLink({ params }: Params) {
  return (
    <Localised>
      <ReplayPage by={{ joinToken: (await params).token }} />
    </Localised>
  );
}
