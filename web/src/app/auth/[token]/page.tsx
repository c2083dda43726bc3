import type { Metadata } from "next";
import { TopBar } from "../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Sign in", robots: { index: false } };
type Params = { params: Promise<{ token: string }> };

/** A button, because mail scanners follow links: only the click uses this one up. */
export default async function ConsumeLinkPage({ params }: Params) {
  const { token } = await params;
  return (
    <>
      <TopBar />
      <main className="narrow page">
        <form className="card stack" method="post" action="/api/auth/consume">
          <h1>Welcome back</h1>
          <p className="dim">Continue to sign in on this device.</p>
          <input type="hidden" name="token" value={token} />
          <button className="button primary" type="submit">
            Continue
          </button>
        </form>
      </main>
    </>
  );
}
