import {
  countVisit,
  type FormField,
  findWebinarBySlug,
  insertRegistration,
  listFormFields,
  type RegistrationWithStays,
  resendJoinLink,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { summariseAttendance } from "@rostrum/rules";
import { lastReach } from "../exports/people.ts";
import { newSecret } from "../secrets.ts";
import type { Services } from "../services.ts";
import { cleanReferrer, sourceOf } from "../source.ts";

export type RegistrationInput = {
  slug: string;
  email: string;
  name: string;
  answers: Record<string, string>;
  utm: Record<string, string>;
  referrer: string;
  idempotencyKey?: string | undefined;
};

async function openWebinar(services: Services, slug: string) {
  const webinar = await findWebinarBySlug(services.db, slug);
  if (!webinar || webinar.phase === "draft") throw new RostrumError("not-found", "There is no such webinar.");
  if (webinar.phase === "ended") throw new RostrumError("registration.closed", "This webinar is over.");
  return webinar;
}

function joinMail(services: Services, kind: "confirmation" | "join-link") {
  const { token, hash } = newSecret();
  return { kind, tokenHash: hash, payload: { link: `${services.config.PUBLIC_URL}/j/${token}` } };
}

/** The answers a form takes: for its own fields, one of the choices, nothing required left out. Throws input.invalid. */
export function checkAnswers(fields: FormField[], answers: Record<string, string>): void {
  const refuse = (id: string, message: string) => {
    throw new RostrumError("input.invalid", message, { field: `answers.${id}` });
  };
  for (const id of Object.keys(answers))
    if (!fields.some((field) => field.id === id)) refuse(id, "The form has no such field.");
  for (const { id, kind, label, options, required } of fields) {
    const answer = answers[id]?.trim() ?? "";
    if (required && !answer) refuse(id, `Please answer: ${label}`);
    if (answer && kind === "choice" && !options.includes(answer)) refuse(id, "Choose one of the options.");
    if (answer && kind === "consent" && answer !== "yes") refuse(id, 'Answer "yes" or leave it out.');
  }
}

/**
 * Register an address once. A duplicate gets its link mailed again and is told so; there is no second row. The same
 * request under the same idempotency key gets the same answer and no mail.
 */
export async function submitRegistration(services: Services, input: RegistrationInput): Promise<void> {
  const webinar = await openWebinar(services, input.slug);
  checkAnswers(await listFormFields(services.db, webinar.id), input.answers);
  const { created } = await insertRegistration(
    services.db,
    {
      webinarId: webinar.id,
      email: input.email,
      name: input.name,
      answers: input.answers,
      utm: input.utm,
      referrer: cleanReferrer(input.referrer, services.config.PUBLIC_URL),
    },
    joinMail(services, "confirmation"),
    input.idempotencyKey,
  );
  if (!created) {
    throw new RostrumError(
      "registration.duplicate",
      "This address is already registered. We have mailed your personal link again.",
      { field: "email" },
    );
  }
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
    joinMail(services, "join-link"),
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
    registeredAt: row.createdAt.getTime(),
    utm: row.utm,
    attendance: summariseAttendance(stays, Date.now()),
    reach: lastReach(row.stays),
  };
}

export type RegistrationRow = ReturnType<typeof describeRegistration>;
