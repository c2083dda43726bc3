import { router } from "../trpc.ts";
import { authRouter } from "./auth.ts";
import { checkRouter } from "./check.ts";
import { mailRouter } from "./mail.ts";
import { pageRouter } from "./page.ts";
import { planRouter } from "./plan.ts";
import { registrationRouter } from "./registration.ts";
import { reportRouter } from "./report.ts";
import { attendanceRouter, chatRouter, handRouter, pollRouter, questionRouter } from "./room.ts";
import { webinarRouter } from "./webinar.ts";

/** The whole API. Its type is all the browser part knows of the server. */
export const appRouter = router({
  auth: authRouter,
  webinar: webinarRouter,
  check: checkRouter,
  mail: mailRouter,
  page: pageRouter,
  plan: planRouter,
  registration: registrationRouter,
  report: reportRouter,
  attendance: attendanceRouter,
  question: questionRouter,
  poll: pollRouter,
  hand: handRouter,
  chat: chatRouter,
});
export type AppRouter = typeof appRouter;
