import { MyRegistration } from "../../../features/register/my-registration.tsx";
import { titled } from "../../../server/page-language.ts";
import { TopBar } from "../../../ui/top-bar.tsx";
import { Localised } from "../../localised.tsx";

export const generateMetadata = titled((titles) => titles.mine, { robots: { index: false } });
type Params = { params: Promise<{ token: string }> };

export default async function MyRegistrationPage({ params }: Params) {
  const { token } = await params;
  return (
    <Localised>
      <TopBar />
      <main className="shell page" style={{ maxWidth: 680 }}>
        <MyRegistration token={token} />
      </main>
    </Localised>
  );
}
