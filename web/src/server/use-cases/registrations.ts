import {
  findWebinarBySlug,
  insertRegistration,
  type RegistrationWithStays,
  resendJoinLink,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { summariseAttendance } from "@rostrum/rules";
import { newSecret } from "../secrets.ts";
import type { Services } from "../services.ts";

export type RegistrationInput = {
  slug: string;
  email: string;
  name: string;
  answers: Record<string, string>;
  utm: Record<string, string>;
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

/** Register an address once. A duplicate gets its link mailed again and is told so; there is no second row. */
export async function submitRegistration(services: Services, input: RegistrationInput): Promise<void> {
  const webinar = await openWebinar(services, input.slug);
  const { created } = await insertRegistration(
    services.db,
    { webinarId: webinar.id, email: input.email, name: input.name, answers: input.answers, utm: input.utm },
    joinMail(services, "confirmation"),
  );
  if (!created) {
    throw new RostrumError(
      "registration.duplicate",
      "This address is already registered. We have mailed your personal link again.",
      { field: "email" },
    );
  }
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
  };
}
export type RegistrationRow = ReturnType<typeof describeRegistration>;
