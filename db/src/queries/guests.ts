import { and, eq, isNull, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { joinTokens, panelists, registrations, webinars } from "../schema/index.ts";
import type { Panelist } from "./panelists.ts";
import type { Registration } from "./registration-seats.ts";
import type { Webinar } from "./webinars.ts";

const hash = sql.placeholder("hash");
const hashes = sql.placeholder("hashes");
const ids = sql.placeholder("ids");

/** An array of PostgreSQL's as text; of hashes and ids, which have nothing to escape. */
const arrayOf = (plain: readonly string[]): string => `{${plain.join(",")}}`;

/** Asked once by everyone who comes, and a thousand come in seconds: the statements are built once for each database. */
const prepared = new WeakMap<Executor, ReturnType<typeof prepare>>();

function prepare(db: Executor) {
  // Looked up link by link, whatever is guessed of the tables: a plan that was made while they were small and is kept
  // would go through everybody who ever registered, for each question anew.
  const registrant = db
    .select({
      id: registrations.id,
      name: registrations.name,
      removedAt: registrations.removedAt,
      webinarId: registrations.webinarId,
    })
    .from(joinTokens)
    .innerJoin(registrations, eq(registrations.id, joinTokens.registrationId))
    .where(
      and(
        sql`${joinTokens.tokenHash} = asked.hash`,
        isNull(joinTokens.revokedAt),
        eq(registrations.status, "registered"),
      ),
    )
    .limit(1)
    .as("registrant");
  return {
    registrant: db
      .select({ registration: registrations, webinar: webinars })
      .from(joinTokens)
      .innerJoin(registrations, eq(registrations.id, joinTokens.registrationId))
      .innerJoin(webinars, eq(webinars.id, registrations.webinarId))
      .where(
        and(
          eq(joinTokens.tokenHash, hash),
          isNull(joinTokens.revokedAt),
          eq(registrations.status, "registered"),
        ),
      )
      .prepare("registrant_by_token"),
    registrants: db
      .select({
        tokenHash: sql<string>`asked.hash`,
        id: registrant.id,
        name: registrant.name,
        removedAt: registrant.removedAt,
        webinarId: registrant.webinarId,
      })
      .from(sql`unnest(${hashes}::text[]) as asked(hash)`)
      .innerJoinLateral(registrant, sql`true`)
      .prepare("registrants_by_tokens"),
    webinars: db
      .select()
      .from(webinars)
      .where(sql`${webinars.id} = any(${ids}::uuid[])`)
      .prepare("webinars_by_ids"),
    panelist: db
      .select({ panelist: panelists, webinar: webinars })
      .from(panelists)
      .innerJoin(webinars, eq(webinars.id, panelists.webinarId))
      .where(and(eq(panelists.tokenHash, hash), isNull(panelists.revokedAt)))
      .prepare("panelist_by_token"),
  };
}

function statements(db: Executor) {
  const known = prepared.get(db) ?? prepare(db);
  prepared.set(db, known);
  return known;
}

/** Who holds a registrant's personal link that is valid, and for what. */
export async function findRegistrantByToken(
  db: Executor,
  tokenHash: string,
): Promise<{ registration: Registration; webinar: Webinar } | undefined> {
  const [row] = await statements(db).registrant.execute({ hash: tokenHash });
  return row;
}

/** Who somebody is to their webinar, as far as the door must know. */
export type Registrant = { id: string; name: string; removedAt: Date | null; webinar: Webinar };

/** Those of many personal links that are valid, by the hash of the link: people of one webinar share its row. */
export async function findRegistrantsByTokens(
  db: Executor,
  tokenHashes: string[],
): Promise<Map<string, Registrant>> {
  const { registrants, webinars: ofThem } = statements(db);
  const rows = await registrants.execute({ hashes: arrayOf(tokenHashes) });
  if (rows.length === 0) return new Map();
  const webinarIds = [...new Set(rows.map(({ webinarId }) => webinarId))];
  const byId = new Map(
    (await ofThem.execute({ ids: arrayOf(webinarIds) })).map((webinar) => [webinar.id, webinar]),
  );
  return new Map(
    rows.flatMap(({ tokenHash, webinarId, ...registrant }) => {
      const webinar = byId.get(webinarId);
      return webinar ? [[tokenHash, { ...registrant, webinar }] as const] : [];
    }),
  );
}

/** Who holds a panelist's personal link that is valid, and for what. */
export async function findPanelistByToken(
  db: Executor,
  tokenHash: string,
): Promise<{ panelist: Panelist; webinar: Webinar } | undefined> {
  const [row] = await statements(db).panelist.execute({ hash: tokenHash });
  return row;
}
