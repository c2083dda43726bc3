import { and, eq, isNull, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { joinTokens, panelists, registrations, webinars } from "../schema/index.ts";
import type { Panelist } from "./panelists.ts";
import type { Registration } from "./registration-seats.ts";
import type { Webinar } from "./webinars.ts";

const hash = sql.placeholder("hash");

/** Asked once by everyone who comes, and a thousand come in seconds: the statements are built once for each database. */
const prepared = new WeakMap<Executor, ReturnType<typeof prepare>>();

function prepare(db: Executor) {
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

/** Who holds a panelist's personal link that is valid, and for what. */
export async function findPanelistByToken(
  db: Executor,
  tokenHash: string,
): Promise<{ panelist: Panelist; webinar: Webinar } | undefined> {
  const [row] = await statements(db).panelist.execute({ hash: tokenHash });
  return row;
}
