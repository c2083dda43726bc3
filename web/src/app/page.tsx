import { AccountMenu } from "../features/account/account-menu.tsx";
import { Upcoming } from "../features/landing/upcoming.tsx";
import { pageLanguage } from "../server/page-language.ts";
import { textsFor } from "../texts/index.ts";
import { TopBar } from "../ui/top-bar.tsx";
import { Localised } from "./localised.tsx";

export default async function LandingPage() {
  const { locale } = await pageLanguage();
  const { landing } = textsFor(locale).site;
  return (
    <Localised>
      <TopBar>
        <AccountMenu />
      </TopBar>
      <main className="shell page stack-large">
        <div className="stack" style={{ maxWidth: 620 }}>
          <h1>{landing.heading}</h1>
          <p className="dim">{landing.text}</p>
        </div>
        <section className="stack" aria-labelledby="upcoming">
          <h2 id="upcoming">{landing.upcoming}</h2>
          <Upcoming />
        </section>
      </main>
    </Localised>
  );
}
