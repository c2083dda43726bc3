import {
  countByStatus,
  currentConsent,
  type Decided,
  decideRegistrations,
  type RegistrationRules,
  recordAudit,
  saveConsentText,
  saveDoorRules,
  saveRegistrationRules,
  type User,
  type Webinar,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { hashPasscode } from "../passcode.ts";
import { seating } from "../seating.ts";
import type { Services } from "../services.ts";
import { letIn, putOut } from "./presence.ts";

/** Who may register, and how many stand where. */
export async function describeRules(services: Services, webinar: Webinar) {
  const {
    registrationLimit,
    waitlist,
    offerHours,
    doubleOptIn,
    confirmHours,
    approval,
    allowedDomains,
    blockedDomains,
  } = webinar;
  const consent = await currentConsent(services.db, webinar.id);
  return {
    registrationLimit,
    waitlist,
    offerHours,
    doubleOptIn,
    confirmHours,
    approval,
    allowedDomains,
    blockedDomains,
    consentText: consent?.text ?? "",
    consentVersion: consent?.version ?? null,
    counts: await countByStatus(services.db, webinar.id),
    door: describeDoor(webinar),
  };
}

/** When people may register, and whether there is a passcode; not which. */
const describeDoor = (webinar: Webinar) => ({
  opensAt: webinar.registrationOpensAt?.getTime() ?? null,
  closesAt: webinar.registrationClosesAt?.getTime() ?? null,
  closesAfterMinutes: webinar.registrationClosesAfter,
  hasPasscode: webinar.passcodeHash !== null,
  passcodeAt: webinar.passcodeAt,
  passcodeInLinks: webinar.passcodeInLinks,
});

export type DoorChange = {
  opensAt: Date | null;
  closesAt: Date | null;
  closesAfterMinutes: number | null;
  /** null: none any more; undefined: as it is. */
  passcode?: string | null | undefined;
  passcodeAt: Webinar["passcodeAt"];
  passcodeInLinks: boolean;
};

/** Change them. Throws input.invalid when it would close before it opens. */
export async function changeDoor(
  services: Services,
  { user, webinar }: { user: User; webinar: Webinar },
  { passcode, ...door }: DoorChange,
): Promise<{ saved: true }> {
  const { opensAt, closesAt, closesAfterMinutes, passcodeAt, passcodeInLinks } = door;
  const relative =
    closesAfterMinutes === null ? null : webinar.startsAt.getTime() + closesAfterMinutes * 60_000;
  const closes = Math.min(
    closesAt?.getTime() ?? Number.POSITIVE_INFINITY,
    relative ?? Number.POSITIVE_INFINITY,
  );
  if (opensAt && closes <= opensAt.getTime())
    throw new RostrumError("input.invalid", "Registration would close before it opens.", {
      field: "closesAt",
    });
  const passcodeHash =
    passcode === undefined ? webinar.passcodeHash : passcode === null ? null : await hashPasscode(passcode);
  await saveDoorRules(services.db, webinar.id, {
    registrationOpensAt: opensAt,
    registrationClosesAt: closesAt,
    registrationClosesAfter: closesAfterMinutes,
    passcodeHash,
    passcodeAt,
    passcodeInLinks,
  });
  await recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: "registration-door.changed",
    subject: webinar.id,
    details: { ...door, passcode: passcode === undefined ? "kept" : passcode === null ? "none" : "new" },
  });
  return { saved: true };
}

/** Change the rules. Answers how many moved up from the waitlist because of it. */
export async function changeRules(
  services: Services,
  { user, webinar }: { user: User; webinar: Webinar },
  { consentText, ...rules }: RegistrationRules & { consentText: string },
): Promise<{ promoted: number }> {
  await saveConsentText(services.db, webinar.id, consentText);
  const promoted = await saveRegistrationRules(services.db, webinar.id, rules, seating(services));
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
  const decided = await decideRegistrations(
    services.db,
    { webinarId: webinar.id, ...order },
    seating(services),
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
