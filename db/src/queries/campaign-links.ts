import { and, asc, eq, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { campaignLinks, campaignLinkVisits, organisations, webinars } from "../schema/index.ts";

export type CampaignLink = typeof campaignLinks.$inferSelect;
export type CountedLink = CampaignLink & { visits: number; registered: number; attended: number };

export async function insertCampaignLink(
  db: Executor,
  link: Pick<CampaignLink, "webinarId" | "code" | "name" | "utm">,
): Promise<CampaignLink> {
  const [row] = await db.insert(campaignLinks).values(link).returning();
  if (!row) throw new Error("insert returned nothing");
  return row;
}

/** A webinar's links with who followed, registered by and came after them. Cancelled registrations do not count. */
export async function listCampaignLinks(db: Executor, webinarId: string): Promise<CountedLink[]> {
  const rows = await db
    .select({
      link: campaignLinks,
      visits: sql<number>`(select coalesce(sum(v.visits), 0)::int from campaign_link_visits v where v.link_id = "campaign_links"."id")`,
      registered: sql<number>`(select count(*)::int from registrations r where r.webinar_id = "campaign_links"."webinar_id" and r.utm->>'utm_id' = "campaign_links"."code" and r.status not in ('cancelled', 'denied', 'unconfirmed'))`,
      attended: sql<number>`(select count(*)::int from registrations r where r.webinar_id = "campaign_links"."webinar_id" and r.utm->>'utm_id' = "campaign_links"."code"
        and exists (select 1 from attendance_intervals a where a.webinar_id = r.webinar_id and a.participant_id = r.id))`,
    })
    .from(campaignLinks)
    .where(eq(campaignLinks.webinarId, webinarId))
    .orderBy(asc(campaignLinks.createdAt));
  return rows.map(({ link, ...counts }) => ({ ...link, ...counts }));
}

export async function findCampaignLink(
  db: Executor,
  code: string,
): Promise<(CampaignLink & { slug: string }) | undefined> {
  const [row] = await db
    .select({ link: campaignLinks, slug: webinars.slug })
    .from(campaignLinks)
    .innerJoin(webinars, eq(webinars.id, campaignLinks.webinarId))
    .where(eq(campaignLinks.code, code));
  return row ? { ...row.link, slug: row.slug } : undefined;
}

/** False when the webinar has no such link. */
export async function deleteCampaignLink(db: Executor, webinarId: string, id: string): Promise<boolean> {
  const gone = await db
    .delete(campaignLinks)
    .where(and(eq(campaignLinks.id, id), eq(campaignLinks.webinarId, webinarId)))
    .returning({ id: campaignLinks.id });
  return gone.length > 0;
}

export async function countLinkVisit(db: Executor, linkId: string, now: Date): Promise<void> {
  await db
    .insert(campaignLinkVisits)
    .values({ linkId, day: now.toISOString().slice(0, 10) })
    .onConflictDoUpdate({
      target: [campaignLinkVisits.linkId, campaignLinkVisits.day],
      set: { visits: sql`${campaignLinkVisits.visits} + 1` },
    });
}

/** The sites that may show a webinar's form; undefined when there is no such webinar. */
export async function findEmbedOrigins(db: Executor, slug: string): Promise<string[] | undefined> {
  const [row] = await db
    .select({ embedOrigins: organisations.embedOrigins })
    .from(webinars)
    .innerJoin(organisations, eq(organisations.id, webinars.organisationId))
    .where(eq(webinars.slug, slug));
  return row?.embedOrigins;
}
