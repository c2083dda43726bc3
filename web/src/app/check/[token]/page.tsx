import { CheckPage } from "../../../features/check/check-page.tsx";
import { titled } from "../../../server/page-language.ts";
import { Localised } from "../../localised.tsx";

export const generateMetadata = titled((titles) => titles.check, { robots: { index: false } });
type Params = { params: Promise<{ token: string }> };

export default async function PersonalCheckPage({ params }: Params) {
  const { token } = await params;
  return (
    <Localised>
      <CheckPage by={{ token }} />
    </Localised>
  );
}
