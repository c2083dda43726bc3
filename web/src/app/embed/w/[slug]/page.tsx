import type { Metadata } from "next";
import { EmbeddedRegistration } from "../../../../features/register/embedded-registration.tsx";

export const metadata: Metadata = { title: "Register", robots: { index: false } };
type Params = { params: Promise<{ slug: string }> };

export default async function EmbeddedRegisterPage({ params }: Params) {
  const { slug } = await params;
  return <EmbeddedRegistration slug={slug} />;
}
