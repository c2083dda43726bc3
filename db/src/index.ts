export {
  type Database,
  type DatabaseHandle,
  type Executor,
  isDatabaseUnavailable,
  openDatabase,
} from "./client.ts";
export * from "./queries/accounts.ts";
export * from "./queries/attendance.ts";
export * from "./queries/campaigns.ts";
export * from "./queries/consents.ts";
export * from "./queries/encoders.ts";
export * from "./queries/exports.ts";
export * from "./queries/forms.ts";
export * from "./queries/guests.ts";
export { deleteOldKeys } from "./queries/idempotency.ts";
export * from "./queries/outbox.ts";
export * from "./queries/polls.ts";
export * from "./queries/questions.ts";
export * from "./queries/registration-seats.ts";
export * from "./queries/registrations.ts";
export * from "./queries/report.ts";
export * from "./queries/resyncs.ts";
export * from "./queries/room.ts";
export * from "./queries/webinars.ts";
