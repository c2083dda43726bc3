import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { cache } from "react";
import { RegistrationPage } from "../../../features/register/registration-page.tsx";
import { titled } from "../../../server/page-language.ts";
import { services } from "../../../server/services.ts";
import { publicWebinar } from "../../../server/use-cases/public-page.ts";
import { Localised } from "../../localised.tsx";

type Params = { params: Promise<{ slug: string }> };

/** Once for the head and the body of a page. */
const find = cache((slug: string) => publicWebinar(services(), slug));

/** What a link shows where it is shared (Open Graph); the picture has the date on it. */
export async function generateMetadata({ params }: Params): Promise<Metadata> {
  const { slug } = await params;
  const webinar = await find(slug);
  if (!webinar) return titled((titles) => titles.register)();
  const description = webinar.description.replace(/\s+/g, " ").slice(0, 200);
  const image = { url: `/w/${slug}/share.png`, width: 1200, height: 630, alt: webinar.title };
  return {
    metadataBase: new URL(services().config.PUBLIC_URL),
    title: { absolute: `${webinar.title} · ${webinar.brand.name}` },
    description,
    alternates: { canonical: `/w/${slug}` },
    openGraph: {
      type: "website",
      siteName: webinar.brand.name,
      title: webinar.title,
      description,
      url: `/w/${slug}`,
      images: [image],
    },
    twitter: { card: "summary_large_image", title: webinar.title, description, images: [image.url] },
    ...(webinar.unlisted ? { robots: { index: false } } : {}),
  };
}

export default async function RegisterPage({ params }: Params) {
  const { slug } = await params;
  const first = await find(slug);
  if (!first) notFound();
  return (
    <Localised>
      <RegistrationPage slug={slug} first={first} />
    </Localised>
  );
}

export const dynamic = "force-dynamic";
