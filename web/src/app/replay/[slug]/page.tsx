import type { Metadata } from "next";
import { ReplayPage } from "../../../features/replay/replay-page.tsx";

export const metadata: Metadata = { title: "Replay" };
type Params = { params: Promise<{ slug: string }> };

export default async function ReplayBySlug({ params }: Params) {
  return <ReplayPage by={{ slug: (await params).slug }} />;
}
