import type { Metadata } from "next";
import { Unsubscribe } from "../../../features/register/unsubscribe.tsx";
import { TopBar } from "../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Unsubscribe", robots: { index: false } };
type Params = { params: Promise<{ token: string }> };

export default async function UnsubscribePage({ params }: Params) {
  const { token } = await params;
  return (
    <>
      <TopBar />
      <main className="narrow page">
        <Unsubscribe token={token} />
      </main>
    </>
  );
}
