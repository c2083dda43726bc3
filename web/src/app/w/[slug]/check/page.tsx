import { CheckPage } from "../../../../features/check/check-page.tsx";
import { titled } from "../../../../server/page-language.ts";
import { Localised } from "../../../localised.tsx";

export const generateMetadata = titled((titles) => titles.check, { robots: { index: false } });
type Params = { params: Promise<{ slug: string }> };

export default async function VisitorCheckPage({ params }: Params) {
  const { slug } = await params;
  return (
    <Localised>
      <CheckPage by={{ slug }} />
    </Localised>
  );
}
