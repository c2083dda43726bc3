/** The second process of web: whatever happens without somebody waiting for it. */
import {
  deleteExpiredCredentials,
  deleteOldDeliveries,
  deleteOldExportRuns,
  deleteOldFacts,
  deleteOldKeys,
  deleteOldMails,
  deleteUnusedPictures,
  giveUpLostMails,
  listProgrammes,
  payResyncs,
  queueDueExports,
  sendDueMails,
} from "@rostrum/db";
import { roomLogKey, WebinarId } from "@rostrum/protocol";
import nodemailer from "nodemailer";
import { webConfig } from "../config.ts";
import { deliverExports } from "../server/deliveries/run.ts";
import { mailSender } from "../server/mail/send.ts";
import { mailsAtOnce, mailTransport } from "../server/mail/transport.ts";
import { writeProgrammeJob } from "../server/programmes.ts";
import { createServices } from "../server/services.ts";
import { deleteDueRecordings, warnOfDeletions } from "../server/use-cases/recording-retention.ts";
import { purgeDue } from "../server/use-cases/retention.ts";
import { deliverDue } from "../server/webhooks/deliver.ts";
import { Networks } from "../server/webhooks/networks.ts";
import { queueDueCampaigns } from "./campaigns.ts";
import { forgetUnconfirmed, settleDueHolds } from "./holds.ts";
import { offerSeats } from "./seat-offers.ts";
import { LostStays } from "./stays.ts";
import { wrapUpWebinars } from "./wrap-up.ts";

/** Ended programmes stay listed this long, so that egress can finish recordings after a restart of anything. */
const endedProgrammesMs = 6 * 3600_000;
const hourMs = 3600_000;
const webhooksAtOnce = 6;
/** Mails that one of them sends before it looks whether it is to stop. */
const mailBatch = 20;

const services = createServices(webConfig(), "web-jobs");
const { scope, log, db, events } = services;
const transport = nodemailer.createTransport(mailTransport(services.config));
scope.add("smtp", () => transport.close());

const send = mailSender(services, transport);

scope.every(500, "mail", async () => {
  // As long as there are more than could be sent, nobody waits for the next half second.
  for (let tried = mailsAtOnce * mailBatch; tried === mailsAtOnce * mailBatch && !scope.closed; ) {
    const batches = Array.from({ length: mailsAtOnce }, () => sendDueMails(db, send, mailBatch));
    tried = (await Promise.all(batches)).reduce((sum, count) => sum + count, 0);
    if (tried > 0) log.info({ tried }, "mails handled");
  }
});

scope.every(5000, "campaigns", async () => {
  const queued = await queueDueCampaigns(services, new Date());
  if (queued > 0) log.info({ queued }, "mails of campaigns were queued");
});

scope.every(5000, "places kept", async () => {
  const settled = await settleDueHolds(services, new Date());
  if (settled > 0) log.info({ settled }, "offers and confirmations were seen to");
});

const deliverer = {
  services,
  networks: new Networks(services.config.WEBHOOK_ALLOWED_NETWORKS),
  now: () => new Date(),
};
// Each on its own: a receiver that takes its time holds up one, not the round.
for (let worker = 1; worker <= webhooksAtOnce; worker++)
  scope.every(500, `webhooks ${worker}`, async () => {
    const tried = await deliverDue(deliverer, 1);
    if (tried > 0) log.info({ tried }, "webhooks handled");
  });

scope.every(5000, "exports", async () => {
  await queueDueExports(db, new Date());
  const tried = await deliverExports(deliverer);
  if (tried > 0) log.info({ tried }, "export deliveries handled");
});

scope.every(5000, "wrap up", async () => {
  const told = await wrapUpWebinars(services, new Date());
  if (told > 0) log.info({ told }, "attendance of registrants was told to webhooks");
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

scope.every(250, "seats", async () => {
  await offerSeats(services);
});

scope.every(1000, "owed events", async () => {
  const paid = await payResyncs(db, (webinarId) => events.renew(roomLogKey(WebinarId.parse(webinarId))));
  if (paid > 0) log.info({ paid }, "rooms are read again");
});

scope.every(60_000, "retention", async () => {
  const erased = await purgeDue(services, new Date());
  if (erased > 0) log.info({ erased }, "people were erased whose time of keeping had passed");
});

scope.every(60_000, "recordings", async () => {
  const now = new Date();
  const told = await warnOfDeletions(services, now);
  const deleted = await deleteDueRecordings(services, now);
  if (told + deleted > 0) log.info({ told, deleted }, "recordings whose time of keeping is over, or soon");
});

scope.every(hourMs, "forget", async () => {
  const now = new Date();
  await deleteExpiredCredentials(db, now);
  await deleteOldKeys(db, now);
  await deleteOldFacts(db, now);
  await forgetUnconfirmed(services, now);
  await deleteOldMails(db, now);
  await deleteOldDeliveries(db, now);
  await deleteOldExportRuns(db, now);
  await deleteUnusedPictures(db, now);
});

log.info("ready");
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => void scope.close(signal).then(() => process.exit(0)));
}
