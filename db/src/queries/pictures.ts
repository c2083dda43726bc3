import { and, eq, inArray, lt, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import type { OrganisationBrand, PublicPage } from "../schema/brand.ts";
import { organisations, pictures, templates, webinars } from "../schema/index.ts";

export type Picture = typeof pictures.$inferSelect;
export type PictureKind = Picture["kind"];
/** A picture that nothing shows is kept this long: its form may still be open. */
const unusedMs = 24 * 3600_000;

export async function insertPicture(
  db: Executor,
  picture: Omit<Picture, "id" | "createdAt">,
): Promise<{ id: string }> {
  const [row] = await db.insert(pictures).values(picture).returning({ id: pictures.id });
  if (!row) throw new Error("insert returned nothing");
  return row;
}

export async function findPicture(db: Executor, id: string): Promise<Picture | undefined> {
  const [row] = await db.select().from(pictures).where(eq(pictures.id, id));
  return row;
}

/** Which of these pictures an organisation may show: its own. */
export async function ownPictures(db: Executor, organisationId: string, ids: string[]): Promise<Set<string>> {
  if (ids.length === 0) return new Set();
  const rows = await db
    .select({ id: pictures.id })
    .from(pictures)
    .where(and(eq(pictures.organisationId, organisationId), inArray(pictures.id, ids)));
  return new Set(rows.map(({ id }) => id));
}

/** Every picture a page shows. */
export const picturesOf = ({ logo, cover, speakers }: PublicPage): string[] =>
  [logo, cover, ...speakers.map(({ picture }) => picture)].filter((id) => id !== null);

/** Forget pictures that nothing has shown for a day. Answers how many. */
export async function deleteUnusedPictures(db: Executor, now: Date): Promise<number> {
  const gone = await db
    .delete(pictures)
    .where(
      and(
        lt(pictures.createdAt, new Date(now.getTime() - unusedMs)),
        sql`not exists (select 1 from ${webinars} where ${webinars.organisationId} = ${pictures.organisationId}
          and jsonb_path_exists(${webinars.page}, '$.** ? (@ == $id)', jsonb_build_object('id', ${pictures.id}::text)))`,
        sql`not exists (select 1 from ${templates} where ${templates.organisationId} = ${pictures.organisationId}
          and jsonb_path_exists(${templates.blueprint}, '$.** ? (@ == $id)', jsonb_build_object('id', ${pictures.id}::text)))`,
        sql`not exists (select 1 from ${organisations} where ${organisations.id} = ${pictures.organisationId}
          and jsonb_path_exists(${organisations.brand}, '$.** ? (@ == $id)', jsonb_build_object('id', ${pictures.id}::text)))`,
      ),
    )
    .returning({ id: pictures.id });
  return gone.length;
}

export type Listing = Pick<typeof webinars.$inferSelect, "visibility" | "locale">;

export async function savePublicPage(
  db: Executor,
  webinarId: string,
  change: { page: PublicPage } & Listing,
): Promise<void> {
  await db.update(webinars).set(change).where(eq(webinars.id, webinarId));
}

export async function saveOrganisationBrand(
  db: Executor,
  id: string,
  brand: OrganisationBrand,
): Promise<void> {
  await db.update(organisations).set({ brand }).where(eq(organisations.id, id));
}
