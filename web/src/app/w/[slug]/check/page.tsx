import type { Metadata } from "next";
import { CheckPage } from "../../../../features/check/check-page.tsx";

export const metadata: Metadata = { title: "Test your connection", robots: { index: false } };
type Params = { params: Promise<{ slug: string }> };

export default async function VisitorCheckPage({ params }: Params) {
  const { slug } = await params;
  return <CheckPage by={{ slug }} />;
}
