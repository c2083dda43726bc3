import {
  countVisit,
  currentConsent,
  type FormField,
  findWebinarBySlug,
  insertRegistration,
  type JoinMail,
  listFormFields,
  type RegistrationWithStays,
  registerForDates,
  resendJoinLink,
  type Submitted as Stored,
  type Webinar,
} from "@rostrum/db";
import { type ReplayClaims, RostrumError, WebinarId } from "@rostrum/protocol";
import { faultOf, judgeAddress, summariseAttendance, visibleFields } from "@rostrum/rules";
import { lastReach } from "../exports/people.ts";
import { mintJoinMail } from "../join-mail.ts";
import { asksAtRegistration, requirePasscode } from "../passcode.ts";
import { windowOf } from "../registration-window.ts";
import { confirmBy } from "../seating.ts";
import type { Services } from "../services.ts";
import { cleanReferrer, sourceOf } from "../source.ts";
import { letIn } from "./presence.ts";
import { isReplayOpen } from "./replay-access.ts";
import { otherDates, prepareOthers } from "./series-registration.ts";

export type RegistrationInput = {
  slug: string;
  email: string;
  name: string;
  answers: Record<string, string>;
  utm: Record<string, string>;
  referrer: string;
  consentVersion?: number | undefined;
  /** Slugs of the dates that are meant, where the webinar is one of a series; without: what the series says, or its own. */
  dates?: string[] | undefined;
  idempotencyKey?: string | undefined;
  passcode?: string | undefined;
  /** For the replay: the second at which it is to go on. */
  replayAt?: number | undefined;
};

/** One to register for: what is over takes registrations as long as its replay is open. */
async function openWebinar(services: Services, slug: string) {
  const webinar = await findWebinarBySlug(services.db, slug);
  if (!webinar || webinar.phase === "draft") throw new RostrumError("not-found", "There is no such webinar.");
  if (webinar.phase === "ended" && !(await isReplayOpen(services, webinar)))
    throw new RostrumError("registration.closed", "This webinar is over.");
  return webinar;
}

/** Throws registration.closed before and after the time in which people may register. The recording has none. */
function requireOpen(webinar: Webinar): void {
  if (webinar.phase === "ended") return;
  const { state } = windowOf(webinar);
  if (state === "before") throw new RostrumError("registration.closed", "Registration has not opened yet.");
  if (state === "after") throw new RostrumError("registration.closed", "Registration is closed.");
}

/** A link to the room, or, when it is over, to the replay. */
export const mintFor = (services: Services, { phase }: Webinar, replayAt = 0): JoinMail =>
  mintJoinMail(services, phase === "ended" ? replayAt : undefined);

export type Submitted = {
  status: "registered" | "waitlisted" | "pending" | "unconfirmed";
  /** May watch at once, without waiting for the mail. */
  viewer: ReplayClaims | null;
};

/**
 * The answers a form takes: to questions that are asked, each of its kind, nothing required left out. Answers what is to be
 * stored: an answer to a question that was hidden in the end is dropped. Throws input.invalid.
 */
export function checkAnswers(fields: FormField[], answers: Record<string, string>): Record<string, string> {
  const refuse = (id: string, message: string) => {
    throw new RostrumError("input.invalid", message, { field: `answers.${id}` });
  };
  for (const id of Object.keys(answers))
    if (!fields.some((field) => field.id === id)) refuse(id, "The form has no such field.");
  const kept: Record<string, string> = {};
  for (const field of visibleFields(fields, answers)) {
    const fault = faultOf(field, answers[field.id]);
    if (fault) refuse(field.id, fault);
    const answer = answers[field.id]?.trim();
    if (answer) kept[field.id] = answer;
  }
  return kept;
}

/** The text to agree to, when there is one and they agreed to this very version. Throws input.invalid. */
async function requireConsent(
  services: Services,
  webinarId: string,
  version: number | undefined,
): Promise<string | undefined> {
  const consent = await currentConsent(services.db, webinarId);
  if (!consent || consent.version === version) return consent?.id;
  const message =
    version === undefined
      ? "Please agree to this to register."
      : "This text has changed: please read it again.";
  throw new RostrumError("input.invalid", message, { field: "consentVersion" });
}

/** What one registration stores, ready for the database; the webinar's own form and consent decide. */
async function prepare(
  services: Services,
  webinar: Webinar,
  input: Omit<RegistrationInput, "slug"> & { origin?: "api" },
) {
  const [fields, consentTextId] = await Promise.all([
    listFormFields(services.db, webinar.id),
    requireConsent(services, webinar.id, input.consentVersion),
  ]);
  const answers = checkAnswers(fields, input.answers);
  const { email, name, utm, origin } = input;
  return {
    submission: {
      webinarId: webinar.id,
      email,
      name,
      answers,
      utm,
      referrer: cleanReferrer(input.referrer, services.config.PUBLIC_URL),
      ...(origin ? { origin } : {}),
    },
    mail: mintFor(services, webinar, input.replayAt),
    options: {
      unlimited: webinar.phase === "ended",
      idempotencyKey: input.idempotencyKey,
      judgement: judgeAddress(email, webinar),
      confirmUntil: confirmBy(webinar),
      consentTextId,
    },
  };
}

/**
 * Register by the webinar's rules: its questions, the text to agree to, domains, places, the waitlist. `created` is false
 * for an address that is registered already. Throws input.invalid, registration.closed.
 */
export async function register(
  services: Services,
  webinar: Webinar,
  input: Omit<RegistrationInput, "slug"> & { origin?: "api" },
): Promise<Stored> {
  if (webinar.phase === "ended" && !(await isReplayOpen(services, webinar)))
    throw new RostrumError("registration.closed", "This webinar is over.");
  requireOpen(webinar);
  const { submission, mail, options } = await prepare(services, webinar, input);
  const stored = await insertRegistration(services.db, submission, mail, options);
  // One that was cancelled and comes back.
  if (stored.created && stored.registration.icsSequence > 0)
    await letIn(services, webinar.id, [stored.registration.id]);
  return stored;
}

/**
 * Register an address once: with a seat, on the waitlist, or waiting for the host; for the dates that were chosen where the
 * webinar is one of a series. A duplicate gets its link mailed again and is told so; there is no second row. The same
 * request under the same idempotency key gets the same answer and no mail.
 */
export async function submitRegistration(
  services: Services,
  input: RegistrationInput,
  address: string,
): Promise<Submitted> {
  const webinar = await openWebinar(services, input.slug);
  const ownToo = !input.dates || input.dates.includes(input.slug);
  if (ownToo) requireOpen(webinar);
  const others = webinar.phase === "ended" ? [] : await otherDates(services, webinar, input.dates);
  const asking = [...(ownToo ? [webinar] : []), ...others].filter(asksAtRegistration);
  // Dates of a series have one passcode, mostly: each is tried once.
  const passcodes = new Map(asking.map((date) => [date.passcodeHash, date]));
  for (const date of passcodes.values())
    await requirePasscode(services, date, { passcode: input.passcode, address });
  if (others.length === 0 && ownToo) {
    const stored = await register(services, webinar, input);
    const status = standing([stored]);
    return {
      status,
      viewer: status === "registered" ? viewerAtOnce(webinar, stored.registration.id) : null,
    };
  }
  const own = ownToo ? [await prepare(services, webinar, input)] : [];
  const along = await prepareOthers(services, { webinar, others, input });
  return { status: standing(await registerForDates(services.db, [...own, ...along])), viewer: null };
}

/** What became of it, in one word: the best of several dates. Throws for a duplicate and for who is not let in. */
function standing(stored: Stored[]): Submitted["status"] {
  const statuses = stored.map(({ registration }) => registration.status);
  // Whoever comes again before they have confirmed is mailed the link again, and told the same.
  if (statuses.includes("unconfirmed")) return "unconfirmed";
  if (!stored.some(({ created }) => created))
    throw new RostrumError(
      "registration.duplicate",
      "This address is already registered. We have mailed your personal link again.",
      { field: "email" },
    );
  const denied = stored.find(({ registration }) => registration.status === "denied");
  if (denied && statuses.every((status) => status === "denied"))
    throw new RostrumError("permission.denied", denied.registration.statusReason, { field: "email" });
  if (statuses.includes("registered")) return "registered";
  return statuses.includes("pending") ? "pending" : "waitlisted";
}

/** Where the address decides who may come, only the mail proves that it is theirs. */
function viewerAtOnce(webinar: Webinar, registrationId: string): ReplayClaims | null {
  const { phase, approval, allowedDomains, blockedDomains, doubleOptIn } = webinar;
  const proved =
    doubleOptIn || approval !== "approve" || allowedDomains.length > 0 || blockedDomains.length > 0;
  if (phase !== "ended" || proved) return null;
  return { webinarId: WebinarId.parse(webinar.id), viewerId: registrationId, known: true };
}

/** Count that somebody opened the registration page. */
export async function recordVisit(
  services: Services,
  { slug, utm, referrer }: Pick<RegistrationInput, "slug" | "utm" | "referrer">,
): Promise<void> {
  const webinar = await openWebinar(services, slug);
  await countVisit(
    services.db,
    webinar.id,
    sourceOf(utm, cleanReferrer(referrer, services.config.PUBLIC_URL)),
  );
}

/** Mail the personal link again, if there is one. The caller cannot tell. */
export async function resendLink(services: Services, input: { slug: string; email: string }): Promise<void> {
  const webinar = await openWebinar(services, input.slug);
  await resendJoinLink(
    services.db,
    { webinarId: webinar.id, email: input.email },
    mintFor(services, webinar),
  );
}

/** A registration as hosts see it: who, when, and how they attended. */
export function describeRegistration(row: RegistrationWithStays) {
  const stays = row.stays.map(({ joinedAt, leftAt, delivery }) => ({
    joinedAt: joinedAt.getTime(),
    leftAt: leftAt?.getTime() ?? null,
    delivery,
  }));
  return {
    id: row.id,
    name: row.name,
    email: row.email,
    status: row.status,
    statusReason: row.statusReason,
    waitlistPosition: row.waitlistPosition,
    answerUntil: row.answerUntil?.getTime() ?? null,
    confirmedAt: row.confirmedAt?.getTime() ?? null,
    registeredAt: row.createdAt.getTime(),
    utm: row.utm,
    attendance: summariseAttendance(stays, Date.now()),
    reach: lastReach(row.stays),
    /** Why the address takes no mail; null: it does, as far as is known. */
    bounce: row.bouncedAt ? row.bounceReason : null,
  };
}

export type RegistrationRow = ReturnType<typeof describeRegistration>;
