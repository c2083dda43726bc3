import { pageLanguage, titled } from "../../../server/page-language.ts";
import { textsFor } from "../../../texts/index.ts";
import { TopBar } from "../../../ui/top-bar.tsx";
import { Localised } from "../../localised.tsx";

export const generateMetadata = titled((titles) => titles.signIn, { robots: { index: false } });
type Params = { params: Promise<{ token: string }> };

/** A button, because mail scanners follow links: only the click uses this one up. */
export default async function ConsumeLinkPage({ params }: Params) {
  const { token } = await params;
  const { locale } = await pageLanguage();
  const { account } = textsFor(locale).site;
  return (
    <Localised>
      <TopBar />
      <main className="narrow page">
        <form className="card stack" method="post" action="/api/auth/consume">
          <h1>{account.welcomeBack}</h1>
          <p className="dim">{account.continueText}</p>
          <input type="hidden" name="token" value={token} />
          <button className="button primary" type="submit">
            {account.continue}
          </button>
        </form>
      </main>
    </Localised>
  );
}
