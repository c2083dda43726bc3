import {
  countByStatus,
  currentConsent,
  type Decided,
  decideRegistrations,
  type RegistrationRules,
  recordAudit,
  saveConsentText,
  saveRegistrationRules,
  type User,
  type Webinar,
} from "@rostrum/db";
import { mintJoinMail } from "../join-mail.ts";
import type { Services } from "../services.ts";
import { letIn, putOut } from "./presence.ts";

/** Who may register, and how many stand where. */
export async function describeRules(services: Services, webinar: Webinar) {
  const { registrationLimit, waitlist, approval, allowedDomains, blockedDomains } = webinar;
  const consent = await currentConsent(services.db, webinar.id);
  return {
    registrationLimit,
    waitlist,
    approval,
    allowedDomains,
    blockedDomains,
    consentText: consent?.text ?? "",
    consentVersion: consent?.version ?? null,
    counts: await countByStatus(services.db, webinar.id),
  };
}

/** Change the rules. Answers how many moved up from the waitlist because of it. */
export async function changeRules(
  services: Services,
  { user, webinar }: { user: User; webinar: Webinar },
  { consentText, ...rules }: RegistrationRules & { consentText: string },
): Promise<{ promoted: number }> {
  await saveConsentText(services.db, webinar.id, consentText);
  const promoted = await saveRegistrationRules(services.db, webinar.id, rules, () => mintJoinMail(services));
  await recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: "registration-rules.changed",
    subject: webinar.id,
    details: rules,
  });
  return { promoted };
}

/** Approve or deny by hand; everybody concerned gets a mail. */
export async function decide(
  services: Services,
  { user, webinar }: { user: User; webinar: Webinar },
  order: { ids: string[]; decision: "approve" | "deny"; reason: string },
): Promise<Decided> {
  const decided = await decideRegistrations(services.db, { webinarId: webinar.id, ...order }, () =>
    mintJoinMail(services),
  );
  if (order.decision === "deny") await putOut(services, webinar, order.ids);
  else await letIn(services, webinar.id, order.ids);
  await recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: `registrations.${order.decision}`,
    subject: webinar.id,
    details: { count: order.ids.length },
  });
  return decided;
}
