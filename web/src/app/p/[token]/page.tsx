import type { Metadata } from "next";
import { PanelistStudio } from "../../../features/studio/panelist-studio.tsx";

export const metadata: Metadata = { title: "Studio", robots: { index: false } };
type Params = { params: Promise<{ token: string }> };

export default async function PanelistPage({ params }: Params) {
  return <PanelistStudio token={(await params).token} />;
}
