import { countFree, currentConsent, listFormFields, type Webinar } from "@rostrum/db";
import type { Services } from "../services.ts";

/** What the registration page asks, and whether there is a place. How many there are is not told. */
export async function publicForm(services: Services, webinar: Webinar) {
  const consent = await currentConsent(services.db, webinar.id);
  const isFull = (await countFree(services.db, webinar.id, webinar)) === 0;
  return {
    fields: await listFormFields(services.db, webinar.id),
    consent: consent ? { version: consent.version, text: consent.text } : null,
    places: isFull ? (webinar.waitlist ? ("waitlist" as const) : ("none" as const)) : ("free" as const),
    needsApproval: webinar.approval === "review",
  };
}
