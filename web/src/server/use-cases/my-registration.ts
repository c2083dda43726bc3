import {
  type Answered,
  cancelRegistration,
  confirmRegistrations,
  findRegistrationByLink,
  findWebinar,
  latestConsents,
  listFormFields,
  listToConfirm,
  mailStatus,
  type Registration,
  type ToConfirm,
  takeOffer,
  updateRegistration,
  type Webinar,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { judgeAddress } from "@rostrum/rules";
import { confirmWords } from "../../texts/index.ts";
import { mintJoinMail } from "../join-mail.ts";
import { seating } from "../seating.ts";
import { hashSecret } from "../secrets.ts";
import type { Services } from "../services.ts";
import { putOut } from "./presence.ts";
import { checkAnswers, mintFor } from "./registrations.ts";

/** Whose personal link this is. Throws token.invalid. */
async function ownerOf(
  services: Services,
  token: string,
): Promise<{ registration: Registration; webinar: Webinar }> {
  const registration = await findRegistrationByLink(services.db, hashSecret(token));
  const webinar = registration && (await findWebinar(services.db, registration.webinarId));
  if (!registration || !webinar)
    throw new RostrumError(
      "token.invalid",
      "This link is not valid. Ask for a new one on the registration page.",
    );
  return { registration, webinar };
}

function refuseWhenOver({ phase }: Webinar): void {
  if (phase === "ended") throw new RostrumError("registration.closed", "This webinar is over.");
}

/** A registration as its owner sees it. */
export async function myRegistration(services: Services, token: string) {
  const { registration, webinar } = await ownerOf(services, token);
  const { name, email, status, statusReason, answerUntil, waitlistPosition } = registration;
  const answering = status === "offered" || status === "unconfirmed";
  const fields = await listFormFields(services.db, webinar.id);
  const agreed = (await latestConsents(services.db, [registration.id])).size > 0;
  const asked = new Set(fields.map(({ id }) => id));
  const answers = Object.fromEntries(Object.entries(registration.answers).filter(([id]) => asked.has(id)));
  return {
    name,
    email,
    status,
    statusReason,
    waitlistPosition: status === "waitlisted" ? waitlistPosition : null,
    answerUntil: answering ? (answerUntil?.getTime() ?? null) : null,
    /** To a text, when they registered. */
    agreed,
    answers,
    fields,
    webinar: {
      slug: webinar.slug,
      title: webinar.title,
      startsAt: webinar.startsAt.getTime(),
      durationMinutes: webinar.durationMinutes,
      timeZone: webinar.timeZone,
      locale: webinar.locale,
      phase: webinar.phase,
    },
  };
}

/** Change the name and the answers; the address stays, it is who they are. Throws input.invalid, registration.closed. */
export async function editMyRegistration(
  services: Services,
  { token, name, answers }: { token: string; name: string; answers: Record<string, string> },
): Promise<void> {
  const { registration, webinar } = await ownerOf(services, token);
  refuseWhenOver(webinar);
  const checked = checkAnswers(await listFormFields(services.db, webinar.id), answers);
  await updateRegistration(services.db, registration.id, { name, answers: checked });
}

/** Give the seat back; whoever waits longest gets it. Cancelling twice is cancelling once. */
export async function cancelMyRegistration(services: Services, token: string): Promise<void> {
  const { registration, webinar } = await ownerOf(services, token);
  refuseWhenOver(webinar);
  await cancelRegistration(
    services.db,
    { webinarId: webinar.id, registrationId: registration.id, reason: "Cancelled by the registrant." },
    seating(services),
  );
  await putOut(services, webinar, [registration.id]);
}

const lateMessages = {
  offer: "The time to take this place is over. Register again to join the end of the line.",
  confirm: "The time to confirm this registration is over. Please register again.",
};

function requireInTime(answered: Answered | undefined, message: string): void {
  if (answered === "late" || answered === undefined) throw new RostrumError("registration.closed", message);
}

/** Take the seat that is offered. Taking it again changes nothing. Throws registration.closed when its time is over. */
export async function takeMyOffer(services: Services, token: string): Promise<void> {
  const { registration, webinar } = await ownerOf(services, token);
  refuseWhenOver(webinar);
  const who = { webinarId: webinar.id, registrationId: registration.id };
  requireInTime(await takeOffer(services.db, who, () => mintJoinMail(services)), lateMessages.offer);
}

/** Say no to it: it goes to whoever waits next, and they wait no more. */
export async function declineMyOffer(services: Services, token: string): Promise<void> {
  const { registration, webinar } = await ownerOf(services, token);
  refuseWhenOver(webinar);
  if (registration.status !== "offered") return;
  await cancelRegistration(
    services.db,
    { webinarId: webinar.id, registrationId: registration.id, reason: "Declined the offered place." },
    seating(services),
  );
}

/**
 * The address is theirs: the registration counts, and with it those for other dates of the series that wait for the same.
 * Confirming again changes nothing. Throws registration.closed when the time is over.
 */
export async function confirmMyRegistration(services: Services, token: string): Promise<void> {
  const { registration, webinar } = await ownerOf(services, token);
  const all = await listToConfirm(services.db, registration);
  const orders = await Promise.all(all.map((row) => toConfirm(services, row)));
  const text = confirmWords(webinar.locale);
  const confirmed = await confirmRegistrations(services.db, orders, text);
  const own = confirmed.find((one) => one.registration?.id === registration.id);
  requireInTime(own?.answered, lateMessages.confirm);
}

async function toConfirm(services: Services, registration: Registration): Promise<ToConfirm> {
  const webinar = await findWebinar(services.db, registration.webinarId);
  if (!webinar) throw new RostrumError("not-found", "There is no such webinar.");
  return {
    webinarId: webinar.id,
    registrationId: registration.id,
    judgement: judgeAddress(registration.email, webinar),
    mail: mintFor(services, webinar),
    unlimited: webinar.phase === "ended",
  };
}

/** Mail the link once more, to the address that registered. */
export async function mailMyLink(services: Services, token: string): Promise<void> {
  const { registration } = await ownerOf(services, token);
  await mailStatus(services.db, registration, mintJoinMail(services));
}
