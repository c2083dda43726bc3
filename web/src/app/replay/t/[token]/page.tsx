import type { Metadata } from "next";
import { ReplayPage } from "../../../../features/replay/replay-page.tsx";

export const metadata: Metadata = { title: "Replay", robots: { index: false } };
type Params = { params: Promise<{ token: string }> };

export default async function ReplayByLink({ params }: Params) {
  return <ReplayPage by={{ joinToken: (await params).token }} />;
}
