import {
  countFree,
  currentConsent,
  type FormField,
  listFormFields,
  saveForm,
  type Webinar,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { formFault } from "@rostrum/rules";
import { asksAtRegistration } from "../passcode.ts";
import { windowOf } from "../registration-window.ts";
import type { Services } from "../services.ts";

const alwaysOpen = { state: "open", opensAt: null, closesAt: null } as const;

/** What the registration page asks, and whether there is a place. How many there are is not told. */
export async function publicForm(services: Services, webinar: Webinar) {
  const consent = await currentConsent(services.db, webinar.id);
  // For a replay there is room for everybody.
  const isFull = webinar.phase !== "ended" && (await countFree(services.db, webinar.id, webinar)) === 0;
  return {
    fields: await listFormFields(services.db, webinar.id),
    consent: consent ? { version: consent.version, text: consent.text } : null,
    places: isFull ? (webinar.waitlist ? ("waitlist" as const) : ("none" as const)) : ("free" as const),
    needsApproval: webinar.approval === "review",
    confirms: webinar.doubleOptIn,
    asksPasscode: asksAtRegistration(webinar),
    // A recording has no time in which to register.
    window: webinar.phase === "ended" ? alwaysOpen : windowOf(webinar),
  };
}

/** Replace the form's questions. Throws input.invalid at the field at fault. */
export async function changeForm(
  services: Services,
  webinar: Webinar,
  fields: FormField[],
): Promise<FormField[]> {
  const fault = formFault(fields);
  if (fault) throw new RostrumError("input.invalid", fault.message, { field: `fields.${fault.at}` });
  if (!(await saveForm(services.db, webinar.id, fields)))
    throw new RostrumError("conflict", "A field belongs to another form.", { field: "fields" });
  return listFormFields(services.db, webinar.id);
}
