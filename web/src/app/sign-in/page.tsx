import { SignInForm } from "../../features/account/sign-in-form.tsx";
import { pageLanguage, titled } from "../../server/page-language.ts";
import { textsFor } from "../../texts/index.ts";
import { LanguageChoice } from "../../ui/language-choice.tsx";
import { Notice } from "../../ui/notice.tsx";
import { TopBar } from "../../ui/top-bar.tsx";
import { Localised } from "../localised.tsx";

export const generateMetadata = titled((titles) => titles.signIn);
type Search = { searchParams: Promise<{ next?: string; fault?: string }> };

export default async function SignInPage({ searchParams }: Search) {
  const { next, fault } = await searchParams;
  const { locale } = await pageLanguage();
  return (
    <Localised>
      <TopBar />
      <main className="narrow page stack">
        {fault && <Notice kind="warn">{textsFor(locale).site.account.usedUp}</Notice>}
        <div className="card">
          <SignInForm {...(next ? { next } : {})} />
        </div>
        <LanguageChoice />
      </main>
    </Localised>
  );
}
