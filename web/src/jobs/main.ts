/** The second process of web: whatever happens without somebody waiting for it. */
import {
  deleteExpiredCredentials,
  deleteOldFacts,
  deleteOldKeys,
  deleteOldMails,
  deleteUnusedPictures,
  giveUpLostMails,
  listProgrammes,
  type OutboxMail,
  PermanentMailError,
  payResyncs,
  sendDueMails,
} from "@rostrum/db";
import { roomLogKey, WebinarId } from "@rostrum/protocol";
import nodemailer from "nodemailer";
import { webConfig } from "../config.ts";
import { composeMail } from "../server/mail/compose.ts";
import { mailsAtOnce, mailTransport } from "../server/mail/transport.ts";
import { writeProgrammeJob } from "../server/programmes.ts";
import { createServices } from "../server/services.ts";
import { queueDueCampaigns } from "./campaigns.ts";
import { offerSeats } from "./seat-offers.ts";
import { LostStays } from "./stays.ts";

/** Ended programmes stay listed this long, so that egress can finish recordings after a restart of anything. */
const endedProgrammesMs = 6 * 3600_000;
const hourMs = 3600_000;

const services = createServices(webConfig(), "web-jobs");
const { scope, log, db, events } = services;
const transport = nodemailer.createTransport(mailTransport(services.config));
scope.add("smtp", () => transport.close());

/** SMTP 5yz is final (RFC 5321 §4.2.1), except while we are not let in at all: then every mail would be lost. */
const isFinal = (error: unknown): boolean => {
  const { responseCode = 0, command = "" } = error as { responseCode?: number; command?: string };
  return responseCode >= 500 && responseCode < 600 && ["RCPT TO", "DATA"].includes(command);
};

const send = async (mail: OutboxMail): Promise<void> => {
  const message = await composeMail(services, mail);
  await transport.sendMail(message).catch((error: unknown) => {
    throw isFinal(error) ? new PermanentMailError((error as Error).message, { cause: error }) : error;
  });
};

scope.every(500, "mail", async () => {
  const batches = Array.from({ length: mailsAtOnce }, () => sendDueMails(db, send));
  const tried = (await Promise.all(batches)).reduce((sum, count) => sum + count, 0);
  if (tried > 0) log.info({ tried }, "mails handled");
});

scope.every(5000, "campaigns", async () => {
  const queued = await queueDueCampaigns(services, new Date());
  if (queued > 0) log.info({ queued }, "mails of campaigns were queued");
});

scope.every(60_000, "lost mails", async () => {
  const lost = await giveUpLostMails(db, new Date());
  if (lost > 0) log.warn({ lost }, "mails whose worker died were given up");
});

scope.every(3000, "programmes", async () => {
  for (const webinar of await listProgrammes(db, new Date(Date.now() - endedProgrammesMs)))
    await writeProgrammeJob(services, webinar);
});

const stays = new LostStays(services);
scope.every(2000, "lost stays", async () => {
  const ended = await stays.sweep();
  if (ended > 0) log.warn({ ended }, "stays on lost edges were ended");
});

scope.every(500, "seats", async () => {
  await offerSeats(services);
});

scope.every(1000, "owed events", async () => {
  const paid = await payResyncs(db, (webinarId) => events.renew(roomLogKey(WebinarId.parse(webinarId))));
  if (paid > 0) log.info({ paid }, "rooms are read again");
});

scope.every(hourMs, "forget", async () => {
  const now = new Date();
  await deleteExpiredCredentials(db, now);
  await deleteOldKeys(db, now);
  await deleteOldFacts(db, now);
  await deleteOldMails(db, now);
  await deleteUnusedPictures(db, now);
});

log.info("ready");
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => void scope.close(signal).then(() => process.exit(0)));
}
