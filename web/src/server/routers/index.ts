import { router } from "../trpc.ts";
import { authRouter } from "./auth.ts";
import { campaignLinkRouter } from "./campaign-link.ts";
import { captionRouter } from "./caption.ts";
import { checkRouter } from "./check.ts";
import { encoderRouter } from "./encoder.ts";
import { exportDeliveryRouter } from "./export-delivery.ts";
import { integrationRouter } from "./integration.ts";
import { mailRouter } from "./mail.ts";
import { organisationRouter } from "./organisation.ts";
import { pageRouter } from "./page.ts";
import { planRouter } from "./plan.ts";
import { privacyRouter } from "./privacy.ts";
import { registrationRouter } from "./registration.ts";
import { replayRouter } from "./replay.ts";
import { reportRouter } from "./report.ts";
import { attendanceRouter, chatRouter, handRouter, pollRouter, questionRouter } from "./room.ts";
import { webinarRouter } from "./webinar.ts";

/** The whole API. Its type is all the browser part knows of the server. */
export const appRouter = router({
  auth: authRouter,
  organisation: organisationRouter,
  integration: integrationRouter,
  exportDelivery: exportDeliveryRouter,
  campaignLink: campaignLinkRouter,
  webinar: webinarRouter,
  check: checkRouter,
  mail: mailRouter,
  page: pageRouter,
  plan: planRouter,
  encoder: encoderRouter,
  registration: registrationRouter,
  replay: replayRouter,
  report: reportRouter,
  privacy: privacyRouter,
  attendance: attendanceRouter,
  question: questionRouter,
  poll: pollRouter,
  hand: handRouter,
  chat: chatRouter,
  caption: captionRouter,
});
export type AppRouter = typeof appRouter;
