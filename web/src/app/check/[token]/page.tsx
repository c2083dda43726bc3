import type { Metadata } from "next";
import { CheckPage } from "../../../features/check/check-page.tsx";

export const metadata: Metadata = { title: "Test your connection", robots: { index: false } };
type Params = { params: Promise<{ token: string }> };

export default async function PersonalCheckPage({ params }: Params) {
  const { token } = await params;
  return <CheckPage by={{ token }} />;
}
