import {
  findOrganisation,
  findSeries,
  findWebinarBySlug,
  type Listing,
  listSeriesDates,
  type OrganisationBrand,
  ownPictures,
  type PublicPage,
  picturesOf,
  saveOrganisationBrand,
  savePublicPage,
  type User,
  type Webinar,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import type { Services } from "../services.ts";
import { publicForm } from "./public-form.ts";
import { replayNotice } from "./replay-access.ts";

/** A webinar as everybody sees it. */
export const forPublic = (webinar: Webinar) => ({
  slug: webinar.slug,
  title: webinar.title,
  description: webinar.description,
  startsAt: webinar.startsAt.getTime(),
  durationMinutes: webinar.durationMinutes,
  timeZone: webinar.timeZone,
  locale: webinar.locale,
  phase: webinar.phase,
  cancelled: webinar.cancelledAt !== null,
});

/** Where a picture is served. It never changes there. */
export const pictureUrl = (id: string): string => `/pictures/${id}`;
const maybeUrl = (id: string | null): string | null => (id ? pictureUrl(id) : null);

export type Brand = { name: string; accent: string | null; logo: string | null };

/** Name, colour and logo that a webinar is shown with: its own, else its organisation's. `logo` is a path. */
export async function brandOf(
  services: Services,
  webinar: Pick<Webinar, "organisationId" | "page">,
): Promise<Brand> {
  const organisation = await findOrganisation(services.db, webinar.organisationId);
  return {
    name: organisation?.name ?? "",
    accent: webinar.page.accent ?? organisation?.brand.accent ?? null,
    logo: maybeUrl(webinar.page.logo ?? organisation?.brand.logo ?? null),
  };
}

/** Everything the public page shows; undefined when there is no such page. */
export async function publicWebinar(services: Services, slug: string) {
  const webinar = await findWebinarBySlug(services.db, slug);
  if (!webinar || webinar.phase === "draft") return undefined;
  const { cover, speakers, agenda } = webinar.page;
  const [brand, form, series, replay] = await Promise.all([
    brandOf(services, webinar),
    publicForm(services, webinar),
    publicSeries(services, webinar),
    replayNotice(services, webinar),
  ]);
  return {
    ...forPublic(webinar),
    hostName: webinar.hostName,
    unlisted: webinar.visibility === "unlisted",
    brand,
    cover: maybeUrl(cover),
    speakers: speakers.map((speaker) => ({ ...speaker, picture: maybeUrl(speaker.picture) })),
    agenda: [...agenda].sort((one, other) => one.minute - other.minute),
    series,
    replay,
    ...form,
  };
}

/** The dates somebody may still register for, when the webinar is one of several. */
async function publicSeries(services: Services, webinar: Webinar) {
  const series = webinar.seriesId ? await findSeries(services.db, webinar.seriesId) : undefined;
  if (!series) return null;
  const dates = (await listSeriesDates(services.db, series.id)).filter(
    ({ phase }) => phase !== "ended" && phase !== "draft",
  );
  return dates.length > 1
    ? {
        choice: series.choice,
        dates: dates.map(({ slug, startsAt, title }) => ({ slug, title, startsAt: startsAt.getTime() })),
      }
    : null;
}

export type PublicWebinar = NonNullable<Awaited<ReturnType<typeof publicWebinar>>>;

/** Pictures are shown only by the organisation that uploaded them. Throws input.invalid. */
async function requireOwn(services: Services, organisationId: string, ids: string[]): Promise<void> {
  const own = await ownPictures(services.db, organisationId, ids);
  if (ids.some((id) => !own.has(id)))
    throw new RostrumError("input.invalid", "This picture is gone. Upload it again.", { field: "picture" });
}

export async function changePublicPage(
  services: Services,
  webinar: Webinar,
  { page, ...listing }: { page: PublicPage } & Listing,
): Promise<void> {
  await requireOwn(services, webinar.organisationId, picturesOf(page));
  await savePublicPage(services.db, webinar.id, { page, ...listing });
}

export async function changeOrganisationBrand(
  services: Services,
  user: User,
  brand: OrganisationBrand,
): Promise<void> {
  await requireOwn(services, user.organisationId, brand.logo ? [brand.logo] : []);
  await saveOrganisationBrand(services.db, user.organisationId, brand);
}
