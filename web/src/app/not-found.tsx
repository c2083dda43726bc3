import Link from "next/link";
import { pageLanguage } from "../server/page-language.ts";
import { textsFor } from "../texts/index.ts";
import { TopBar } from "../ui/top-bar.tsx";

export default async function NotFound() {
  const { locale } = await pageLanguage();
  const { lost } = textsFor(locale).site;
  return (
    <>
      <TopBar />
      <main className="narrow page">
        <div className="card stack">
          <h1>{lost.title}</h1>
          <p className="dim">{lost.text}</p>
          <div>
            <Link className="button" href="/">
              {lost.home}
            </Link>
          </div>
        </div>
      </main>
    </>
  );
}
