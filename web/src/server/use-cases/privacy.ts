import { createHmac } from "node:crypto";
import {
  collectTrace,
  countTraces,
  emailKey,
  eraseParticipants,
  findMember,
  findTraces,
  forgetSignIns,
  recordAudit,
  type Trace,
  type User,
} from "@rostrum/db";
import { RostrumError, roomLogKey } from "@rostrum/protocol";
import { forgetSunkMails } from "../forget-mails.ts";
import { seating } from "../seating.ts";
import type { Services } from "../services.ts";
import { renewCaptions } from "./captions.ts";

/** The same person, always under the same name that tells nothing: what the audit log knows them by. */
export const pseudonym = (services: Pick<Services, "config">, organisationId: string, key: string): string =>
  `person-${createHmac("sha256", services.config.ROSTRUM_SECRET)
    .update(`audit-person:${organisationId}:${key}`)
    .digest("hex")
    .slice(0, 12)}`;

async function note(
  services: Services,
  user: User,
  entry: { action: string; key: string; details: Record<string, unknown> },
): Promise<void> {
  const { organisationId, id: actorId } = user;
  await recordAudit(services.db, {
    organisationId,
    actorId,
    action: entry.action,
    subject: pseudonym(services, organisationId, entry.key),
    details: entry.details,
  });
}

const describe = ({ kind, id, webinarId, title, phase, startsAt, name, since }: Trace) => ({
  kind,
  id,
  webinarId,
  title,
  phase,
  startsAt,
  name,
  since,
});

const idsOf = (traces: readonly Trace[], key: string) => ({
  ids: traces.map(({ id }) => id),
  webinarIds: traces.map(({ webinarId }) => webinarId),
  emailKey: key,
});

/** Where an address is known in the organisation, and how much is stored about it. The look is noted. */
export async function lookUpPerson(services: Services, user: User, email: string) {
  const { organisationId } = user;
  const key = emailKey(email);
  const traces = await findTraces(services.db, organisationId, key);
  const counts = await countTraces(services.db, idsOf(traces, key));
  await note(services, user, { action: "person.looked-up", key, details: { places: traces.length } });
  const member = await findMember(services.db, organisationId, key);
  return { email: email.trim(), traces: traces.map(describe), counts, member: member !== undefined };
}

/** Everything about an address, as a document that programs can read. */
export async function exportPerson(services: Services, user: User, email: string) {
  const { organisationId } = user;
  const key = emailKey(email);
  const traces = await findTraces(services.db, organisationId, key);
  const webinars: unknown[] = [];
  for (const trace of traces)
    webinars.push({
      webinar: { id: trace.webinarId, title: trace.title, starts_at: new Date(trace.startsAt) },
      as: trace.kind,
      ...(await collectTrace(services.db, trace, key)),
    });
  await note(services, user, { action: "person.exported", key, details: { places: traces.length } });
  return {
    format: "rostrum-person",
    version: 1,
    email: email.trim(),
    exported_at: new Date(),
    account: (await findMember(services.db, organisationId, key)) ?? null,
    webinars,
  };
}

/**
 * Forget who an address was, in every webinar of the organisation. Totals stay. Doing it again finds nothing and finishes
 * what an earlier attempt could not: the mails that the mail sink keeps. Answers in how many places it was known.
 */
export async function erasePerson(
  services: Services,
  user: User,
  { email, confirm }: { email: string; confirm: string },
): Promise<{ erased: number }> {
  const key = emailKey(email);
  if (emailKey(confirm) !== key)
    throw new RostrumError("input.invalid", "Type the address exactly as above.", { field: "confirm" });
  const traces = await findTraces(services.db, user.organisationId, key);
  let erased = 0;
  for (const [webinarId, theirs] of Map.groupBy(traces, (trace) => trace.webinarId))
    erased += await eraseFromWebinar(services, { webinarId, traces: theirs });
  await forgetSignIns(services.db, key);
  await forgetSunkMails(services, [key]);
  await note(services, user, { action: "person.erased", key, details: { places: erased } });
  return { erased };
}

async function eraseFromWebinar(
  services: Services,
  { webinarId, traces }: { webinarId: string; traces: Trace[] },
): Promise<number> {
  const of = (kind: Trace["kind"]) => traces.filter((trace) => trace.kind === kind).map(({ id }) => id);
  const [registrationIds, panelistIds] = [of("registrant"), of("panelist")];
  const erased = await eraseParticipants(
    services.db,
    { webinarId, registrationIds, panelistIds },
    seating(services),
  );
  await leaveRoom(services, webinarId, [...registrationIds, ...panelistIds]);
  return erased;
}

/**
 * Whoever is in the room is put out of it, and what the room's log says about them is gone: it begins anew. While Redis is
 * away, jobs begin the log anew later; web refuses their tokens at once, and edges when they have run out.
 */
export async function leaveRoom(
  services: Services,
  webinarId: string,
  participantIds: string[],
): Promise<void> {
  try {
    await services.removed.add(webinarId, participantIds);
    await services.events.renew(roomLogKey(webinarId));
    await renewCaptions(services, webinarId);
  } catch (error) {
    services.log.warn({ err: error, webinarId }, "a room will be read again later");
  }
}
