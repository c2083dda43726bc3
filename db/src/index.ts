export {
  type Database,
  type DatabaseHandle,
  type Executor,
  isDatabaseUnavailable,
  openDatabase,
} from "./client.ts";
export * from "./queries/accounts.ts";
export * from "./queries/api-keys.ts";
export * from "./queries/attendance.ts";
export * from "./queries/audit.ts";
export * from "./queries/campaign-links.ts";
export * from "./queries/campaigns.ts";
export * from "./queries/captions.ts";
export * from "./queries/connection-checks.ts";
export * from "./queries/consents.ts";
export * from "./queries/encoders.ts";
export * from "./queries/erase.ts";
export * from "./queries/export-runs.ts";
export * from "./queries/export-schedules.ts";
export * from "./queries/exports.ts";
export * from "./queries/forms.ts";
export * from "./queries/guests.ts";
export { answerKey, claimKey, deleteOldKeys, hashRequest } from "./queries/idempotency.ts";
export * from "./queries/mail-signals.ts";
export * from "./queries/members.ts";
export * from "./queries/outbox.ts";
export * from "./queries/panelists.ts";
export {
  collectTrace,
  countTraces,
  findMember,
  findTraces,
  type Trace,
  type TraceCounts,
} from "./queries/people.ts";
export * from "./queries/pictures.ts";
export * from "./queries/polls.ts";
export * from "./queries/presence.ts";
export * from "./queries/questions.ts";
export * from "./queries/recording-retention.ts";
export * from "./queries/registration-holds.ts";
export * from "./queries/registration-import.ts";
export * from "./queries/registration-seats.ts";
export * from "./queries/registrations.ts";
export * from "./queries/renders.ts";
export * from "./queries/replay-report.ts";
export * from "./queries/replays.ts";
export * from "./queries/report.ts";
export * from "./queries/resyncs.ts";
export * from "./queries/retention.ts";
export * from "./queries/room.ts";
export * from "./queries/series.ts";
export * from "./queries/webhook-events.ts";
export * from "./queries/webhooks.ts";
export * from "./queries/webinars.ts";
export type { AgendaItem, MailText, OrganisationBrand, PublicPage, Speaker } from "./schema/brand.ts";
export type { Bucket, DeliveredObject, ExportFile } from "./schema/delivery.ts";
export type { Blueprint, SeriesRule } from "./schema/series.ts";
