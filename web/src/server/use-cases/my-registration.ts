import {
  cancelRegistration,
  findRegistrationByLink,
  findWebinar,
  listFormFields,
  mailStatus,
  type Registration,
  updateRegistration,
  type Webinar,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { mintJoinMail } from "../join-mail.ts";
import { hashSecret } from "../secrets.ts";
import type { Services } from "../services.ts";
import { putOut } from "./presence.ts";
import { checkAnswers } from "./registrations.ts";

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
  const { name, email, status, statusReason } = registration;
  const fields = await listFormFields(services.db, webinar.id);
  const asked = new Set(fields.map(({ id }) => id));
  const answers = Object.fromEntries(Object.entries(registration.answers).filter(([id]) => asked.has(id)));
  return {
    name,
    email,
    status,
    statusReason,
    answers,
    fields,
    webinar: {
      slug: webinar.slug,
      title: webinar.title,
      startsAt: webinar.startsAt.getTime(),
      durationMinutes: webinar.durationMinutes,
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
    () => mintJoinMail(services),
  );
  await putOut(services, webinar, [registration.id]);
}

/** Mail the link once more, to the address that registered. */
export async function mailMyLink(services: Services, token: string): Promise<void> {
  const { registration } = await ownerOf(services, token);
  await mailStatus(services.db, registration, mintJoinMail(services));
}
