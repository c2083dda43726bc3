import { and, asc, eq, gte } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { rtmpDestinations, series, templates, webinars } from "../schema/index.ts";
import type { Blueprint } from "../schema/series.ts";
import { queueMail } from "./outbox.ts";
import { type JoinMail, statusMails, statusPayload } from "./registration-seats.ts";
import { insertRegistration, type Submission, type SubmitOptions, type Submitted } from "./registrations.ts";
import type { Webinar } from "./webinars.ts";

export type Series = typeof series.$inferSelect;
export type Template = typeof templates.$inferSelect;

export async function insertSeries(db: Executor, row: typeof series.$inferInsert): Promise<Series> {
  const [stored] = await db.insert(series).values(row).returning();
  if (!stored) throw new Error("insert returned nothing");
  return stored;
}

export async function findSeries(db: Executor, id: string): Promise<Series | undefined> {
  const [row] = await db.select().from(series).where(eq(series.id, id));
  return row;
}

export async function setSeriesChoice(db: Executor, id: string, choice: Series["choice"]): Promise<void> {
  await db.update(series).set({ choice }).where(eq(series.id, id));
}

/** The dates of a series in their order; with `from`, those that start then or later. */
export async function listSeriesDates(db: Executor, seriesId: string, from?: Date): Promise<Webinar[]> {
  return db
    .select()
    .from(webinars)
    .where(and(eq(webinars.seriesId, seriesId), from ? gte(webinars.startsAt, from) : undefined))
    .orderBy(asc(webinars.startsAt), asc(webinars.id));
}

export type DateToRegister = {
  submission: Submission;
  mail: JoinMail;
  options: Omit<SubmitOptions, "quiet">;
};

/**
 * Register one person for several dates: all or none, with a row each and one mail that tells of all. The webinars are
 * taken in the order of their ids, so that two people never wait for each other. Throws what insertRegistration throws.
 */
export async function registerForDates(db: Executor, dates: DateToRegister[]): Promise<Submitted[]> {
  const ordered = [...dates].sort((one, other) =>
    one.submission.webinarId < other.submission.webinarId ? -1 : 1,
  );
  return db.transaction(async (tx) => {
    const done: { submitted: Submitted; mail: JoinMail }[] = [];
    for (const { submission, mail, options } of ordered)
      done.push({
        submitted: await insertRegistration(tx, submission, mail, { ...options, quiet: true }),
        mail,
      });
    const standing = done.filter(({ submitted }) => submitted.registration.status !== "denied");
    const [first] = standing;
    // One link confirms the address for all of them; the dates are told of then.
    const asked = standing.find(({ submitted }) => submitted.registration.status === "unconfirmed");
    if (asked) {
      const { registration } = asked.submitted;
      await queueMail(tx, {
        webinarId: registration.webinarId,
        registrationId: registration.id,
        recipient: registration.email,
        kind: statusMails.unconfirmed,
        payload: statusPayload(registration, asked.mail),
      });
    } else if (first) {
      const { registration } = first.submitted;
      await queueMail(tx, {
        webinarId: registration.webinarId,
        registrationId: registration.id,
        recipient: registration.email,
        kind: "series-confirmation",
        payload: {
          name: registration.name,
          dates: JSON.stringify(
            standing.map(({ submitted, mail }) => ({
              webinarId: submitted.registration.webinarId,
              registrationId: submitted.registration.id,
              ...mail.payload,
            })),
          ),
        },
      });
    }
    return done.map(({ submitted }) => submitted);
  });
}

export async function addDestination(
  db: Executor,
  destination: typeof rtmpDestinations.$inferInsert,
): Promise<void> {
  await db.insert(rtmpDestinations).values(destination);
}

export async function insertTemplate(
  db: Executor,
  template: { organisationId: string; name: string; blueprint: Blueprint },
): Promise<{ id: string }> {
  const [row] = await db.insert(templates).values(template).returning({ id: templates.id });
  if (!row) throw new Error("insert returned nothing");
  return row;
}

export async function listTemplates(db: Executor, organisationId: string): Promise<Template[]> {
  return db
    .select()
    .from(templates)
    .where(eq(templates.organisationId, organisationId))
    .orderBy(asc(templates.name), asc(templates.id));
}

/** Answers whether there was such a template. */
export async function deleteTemplate(db: Executor, organisationId: string, id: string): Promise<boolean> {
  const gone = await db
    .delete(templates)
    .where(and(eq(templates.organisationId, organisationId), eq(templates.id, id)))
    .returning({ id: templates.id });
  return gone.length > 0;
}

/** Make a webinar one date of a series. */
export async function joinSeries(db: Executor, webinarId: string, seriesId: string): Promise<void> {
  await db.update(webinars).set({ seriesId }).where(eq(webinars.id, webinarId));
}
