import { router } from "../trpc.ts";
import { authRouter } from "./auth.ts";
import { encoderRouter } from "./encoder.ts";
import { registrationRouter } from "./registration.ts";
import { reportRouter } from "./report.ts";
import { attendanceRouter, chatRouter, handRouter, pollRouter, questionRouter } from "./room.ts";
import { webinarRouter } from "./webinar.ts";

/** The whole API. Its type is all the browser part knows of the server. */
export const appRouter = router({
  auth: authRouter,
  webinar: webinarRouter,
  encoder: encoderRouter,
  registration: registrationRouter,
  report: reportRouter,
  attendance: attendanceRouter,
  question: questionRouter,
  poll: pollRouter,
  hand: handRouter,
  chat: chatRouter,
});
export type AppRouter = typeof appRouter;
