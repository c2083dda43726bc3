export * from "./account.ts";
export * from "./attendance.ts";
export * from "./audit.ts";
export * from "./interaction.ts";
export * from "./outbox.ts";
export * from "./recording.ts";
export * from "./registration.ts";
export * from "./webinar.ts";
