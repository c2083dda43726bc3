import { randomBytes } from "node:crypto";
import {
  cancelWebinar,
  findWebinar,
  insertWebinar,
  movePhase,
  recordAudit,
  setLayout,
  type User,
  updateWebinar,
  type Webinar,
  type WebinarChange,
} from "@rostrum/db";
import { type LayoutName, RostrumError } from "@rostrum/protocol";
import { decidePhase, type PhaseCommand } from "@rostrum/rules";
import { writeProgrammeJob } from "../programmes.ts";
import { publishRoomEvent } from "../room-events.ts";
import type { Services } from "../services.ts";

export type ScheduleInput = {
  title: string;
  description: string;
  startsAt: Date;
  durationMinutes: number;
  timeZone: string;
  seats: number;
  rtmpDestination?: { label: string; url: string };
};

/** Words of the title, then something nobody can guess by counting. */
export function slugFor(title: string): string {
  const words = title
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 48);
  return `${words || "webinar"}-${randomBytes(4).toString("hex")}`;
}

/** A day and an hour before the start, minutes; the host may choose others. */
const usualReminders = [1440, 60];

export async function scheduleWebinar(
  services: Services,
  user: User,
  input: ScheduleInput,
): Promise<Webinar> {
  const { rtmpDestination, ...webinar } = input;
  const row = await insertWebinar(
    services.db,
    { ...webinar, organisationId: user.organisationId, hostId: user.id, slug: slugFor(input.title) },
    rtmpDestination,
    usualReminders,
  );
  await recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: "webinar.created",
    subject: row.id,
  });
  return row;
}

/** Go live or end. Repeating a command that has had its effect answers the same and does nothing. */
export async function changePhase(
  services: Services,
  webinar: Webinar,
  command: PhaseCommand,
  actorId = webinar.hostId,
): Promise<Webinar> {
  const decision = decidePhase(webinar.phase, command);
  if ("refused" in decision)
    throw new RostrumError(decision.refused, "The webinar is not in a state for this.");
  if (!decision.changed) return webinar;
  const now = new Date();
  const moved = await movePhase(services.db, webinar.id, {
    from: [webinar.phase],
    to: decision.phase,
    ...(decision.phase === "live" ? { liveAt: now } : {}),
    ...(decision.phase === "ended" ? { endedAt: now } : {}),
  });
  const current = moved ?? (await findWebinar(services.db, webinar.id));
  if (!current) throw new RostrumError("not-found", "There is no such webinar.");
  if (!moved) return current;
  await recordAudit(services.db, {
    organisationId: webinar.organisationId,
    actorId,
    action: `webinar.${command}`,
    subject: webinar.id,
  });
  await writeProgrammeJob(services, current);
  await publishRoomEvent(services, webinar.id, {
    type: "phase.changed",
    phase: current.phase,
    liveAt: current.liveAt?.getTime() ?? null,
    endedAt: current.endedAt?.getTime() ?? null,
  });
  return current;
}

/** Change date and details before it begins; whoever is registered is told of what their calendar must know. */
export async function changeWebinar(
  services: Services,
  { user, webinar }: { user: User; webinar: Webinar },
  change: WebinarChange,
): Promise<Webinar> {
  const changed = await updateWebinar(services.db, webinar.id, change);
  if (!changed) throw new RostrumError("conflict", "The webinar has begun: it cannot be changed any more.");
  await recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: "webinar.changed",
    subject: webinar.id,
    details: { told: changed.told },
  });
  return changed.webinar;
}

/** Call it off before it begins. Doing it again changes nothing. */
export async function callOff(
  services: Services,
  { user, webinar }: { user: User; webinar: Webinar },
): Promise<Webinar> {
  if (webinar.cancelledAt) return webinar;
  const cancelled = await cancelWebinar(services.db, webinar.id);
  if (!cancelled) throw new RostrumError("conflict", "The webinar has begun: end it in the studio.");
  await recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: "webinar.cancelled",
    subject: webinar.id,
  });
  await publishRoomEvent(services, webinar.id, {
    type: "phase.changed",
    phase: "ended",
    liveAt: null,
    endedAt: cancelled.endedAt?.getTime() ?? null,
  });
  return cancelled;
}

export async function changeLayout(services: Services, webinar: Webinar, layout: LayoutName): Promise<void> {
  await setLayout(services.db, webinar.id, layout);
  await writeProgrammeJob(services, { ...webinar, layout });
  await publishRoomEvent(services, webinar.id, { type: "layout.changed", layout });
}
