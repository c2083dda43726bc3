import {
  countVisit,
  currentConsent,
  type FormField,
  findWebinarBySlug,
  insertRegistration,
  listFormFields,
  type RegistrationWithStays,
  registerForDates,
  resendJoinLink,
  type Submitted,
  type Webinar,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { faultOf, judgeAddress, summariseAttendance, visibleFields } from "@rostrum/rules";
import { lastReach } from "../exports/people.ts";
import { mintJoinMail } from "../join-mail.ts";
import type { Services } from "../services.ts";
import { cleanReferrer, sourceOf } from "../source.ts";
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
};

async function openWebinar(services: Services, slug: string) {
  const webinar = await findWebinarBySlug(services.db, slug);
  if (!webinar || webinar.phase === "draft") throw new RostrumError("not-found", "There is no such webinar.");
  if (webinar.phase === "ended") throw new RostrumError("registration.closed", "This webinar is over.");
  return webinar;
}

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

type Accepted = "registered" | "waitlisted" | "pending";

/** What one registration stores, ready for the database; the webinar's own form and consent decide. */
async function prepare(services: Services, webinar: Webinar, input: RegistrationInput) {
  const answers = checkAnswers(await listFormFields(services.db, webinar.id), input.answers);
  const consentTextId = await requireConsent(services, webinar.id, input.consentVersion);
  return {
    submission: {
      webinarId: webinar.id,
      email: input.email,
      name: input.name,
      answers,
      utm: input.utm,
      referrer: cleanReferrer(input.referrer, services.config.PUBLIC_URL),
    },
    mail: mintJoinMail(services),
    options: {
      idempotencyKey: input.idempotencyKey,
      judgement: judgeAddress(input.email, webinar),
      consentTextId,
    },
  };
}

/**
 * Register an address once: with a seat, on the waitlist, or waiting for the host; for the dates that were chosen where the
 * webinar is one of a series. A duplicate gets its link mailed again and is told so; there is no second row. The same
 * request under the same idempotency key gets the same answer and no mail.
 */
export async function submitRegistration(services: Services, input: RegistrationInput): Promise<Accepted> {
  const webinar = await openWebinar(services, input.slug);
  const others = await otherDates(services, webinar, input.dates);
  const own =
    input.dates && !input.dates.includes(input.slug) ? [] : [await prepare(services, webinar, input)];
  if (others.length === 0 && own[0]) {
    const { submission, mail, options } = own[0];
    return standing([await insertRegistration(services.db, submission, mail, options)]);
  }
  const along = await prepareOthers(services, { webinar, others, input });
  return standing(await registerForDates(services.db, [...own, ...along]));
}

/** What became of it, in one word: the best of several dates. Throws for a duplicate and for who is not let in. */
function standing(submitted: Submitted[]): Accepted {
  if (!submitted.some(({ created }) => created))
    throw new RostrumError(
      "registration.duplicate",
      "This address is already registered. We have mailed your personal link again.",
      { field: "email" },
    );
  const denied = submitted.find(({ registration }) => registration.status === "denied");
  const statuses = submitted.map(({ registration }) => registration.status);
  if (denied && statuses.every((status) => status === "denied"))
    throw new RostrumError("permission.denied", denied.registration.statusReason, { field: "email" });
  return statuses.includes("registered")
    ? "registered"
    : statuses.includes("pending")
      ? "pending"
      : "waitlisted";
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
  await resendJoinLink(services.db, { webinarId: webinar.id, email: input.email }, mintJoinMail(services));
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
    registeredAt: row.createdAt.getTime(),
    utm: row.utm,
    attendance: summariseAttendance(stays, Date.now()),
    reach: lastReach(row.stays),
  };
}

export type RegistrationRow = ReturnType<typeof describeRegistration>;
