import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { EmbeddedRegistration } from "../../../../features/register/embedded-registration.tsx";
import { services } from "../../../../server/services.ts";
import { publicWebinar } from "../../../../server/use-cases/public-page.ts";

export const metadata: Metadata = { title: "Register", robots: { index: false } };
type Params = { params: Promise<{ slug: string }> };

export default async function EmbeddedRegisterPage({ params }: Params) {
  const { slug } = await params;
  const first = await publicWebinar(services(), slug);
  if (!first) notFound();
  return <EmbeddedRegistration slug={slug} first={first} />;
}

export const dynamic = "force-dynamic";
