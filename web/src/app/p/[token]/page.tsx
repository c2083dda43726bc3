import { PanelistStudio } from "../../../features/studio/panelist-studio.tsx";
import { titled } from "../../../server/page-language.ts";
import { Localised } from "../../localised.tsx";

export const generateMetadata = titled((titles) => titles.studio, { robots: { index: false } });
type Params = { params: Promise<{ token: string }> };

export default async function PanelistPage({ params }: Params) {
  return (
    <Localised>
      <PanelistStudio token={(await params).token} />
    </Localised>
  );
}
