import { notFound } from "next/navigation";
import { EmbeddedRegistration } from "../../../../features/register/embedded-registration.tsx";
import { titled } from "../../../../server/page-language.ts";
import { services } from "../../../../server/services.ts";
import { publicWebinar } from "../../../../server/use-cases/public-page.ts";
import { Localised } from "../../../localised.tsx";

export const generateMetadata = titled((titles) => titles.register, { robots: { index: false } });
type Params = { params: Promise<{ slug: string }> };

export default async function EmbeddedRegisterPage({ params }: Params) {
  const { slug } = await params;
  const first = await publicWebinar(services(), slug);
  if (!first) notFound();
  return (
    <Localised>
      <EmbeddedRegistration slug={slug} first={first} />
    </Localised>
  );
}

export const dynamic = "force-dynamic";
