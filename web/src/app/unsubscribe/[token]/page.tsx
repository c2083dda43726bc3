import { Unsubscribe } from "../../../features/register/unsubscribe.tsx";
import { titled } from "../../../server/page-language.ts";
import { TopBar } from "../../../ui/top-bar.tsx";
import { Localised } from "../../localised.tsx";

export const generateMetadata = titled((titles) => titles.unsubscribe, { robots: { index: false } });
type Params = { params: Promise<{ token: string }> };

export default async function UnsubscribePage({ params }: Params) {
  const { token } = await params;
  return (
    <Localised>
      <TopBar />
      <main className="narrow page">
        <Unsubscribe token={token} />
      </main>
    </Localised>
  );
}
