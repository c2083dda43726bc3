"use client";
import { useTexts } from "../client/language.tsx";
import { TopBar } from "../ui/top-bar.tsx";

/** A page that broke while it was drawn. */
export default function PageError({ reset }: { reset: () => void }) {
  const { broken } = useTexts().site;
  return (
    <>
      <TopBar />
      <main className="narrow page">
        <div className="card stack" role="alert">
          <h1>{broken.title}</h1>
          <p className="dim">{broken.text}</p>
          <div>
            <button className="button primary" type="button" onClick={reset}>
              {broken.again}
            </button>
          </div>
        </div>
      </main>
    </>
  );
}
