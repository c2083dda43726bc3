import type { Webinar } from "@rostrum/db";
import { type RegistrationWindow, registrationWindow } from "@rostrum/rules";

/** Whether people may register for a webinar now. */
export const windowOf = (webinar: Webinar): RegistrationWindow =>
  registrationWindow(
    {
      startsAt: webinar.startsAt.getTime(),
      opensAt: webinar.registrationOpensAt?.getTime() ?? null,
      closesAt: webinar.registrationClosesAt?.getTime() ?? null,
      closesAfterMinutes: webinar.registrationClosesAfter,
    },
    Date.now(),
  );
