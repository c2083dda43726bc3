/** The second process of web: whatever happens without somebody waiting for it. */
import { closeOrphanedIntervals, deleteExpiredCredentials, listProgrammes, sendDueMails } from "@rostrum/db";
import nodemailer from "nodemailer";
import { webConfig } from "../config.ts";
import { composeMail } from "../server/mail/compose.ts";
import { writeProgrammeJob } from "../server/programmes.ts";
import { createServices } from "../server/services.ts";

/** An interval younger than this is not taken for orphaned: its node may just have started. */
const orphanAfterMs = 10_000;
/** Ended programmes stay listed this long, so that egress can finish recordings after a restart of anything. */
const endedProgrammesMs = 6 * 3600_000;

const services = createServices(webConfig(), "web-jobs");
const { scope, log, db, registry } = services;
const transport = nodemailer.createTransport(services.config.SMTP_URL, { pool: true } as object);
scope.add("smtp", () => transport.close());

scope.every(500, "mail", async () => {
  const sent = await sendDueMails(db, async (mail) => {
    await transport.sendMail(await composeMail(services, mail));
  });
  if (sent > 0) log.info({ sent }, "mails handled");
});

scope.every(3000, "programmes", async () => {
  for (const webinar of await listProgrammes(db, new Date(Date.now() - endedProgrammesMs)))
    await writeProgrammeJob(services, webinar);
});

let edgesSeenAt = 0;
scope.every(2000, "orphaned intervals", async () => {
  const edges = await registry.list("edge");
  // An empty Redis says nothing about the edges; wait until they have announced themselves again.
  if (edges.length === 0) return;
  edgesSeenAt ||= Date.now();
  if (Date.now() - edgesSeenAt < orphanAfterMs) return;
  const closed = await closeOrphanedIntervals(
    db,
    edges.map((edge) => `${edge.nodeId}/${edge.epoch}`),
    new Date(Date.now() - orphanAfterMs),
  );
  if (closed > 0) log.warn({ closed }, "stays on lost edges were ended");
});

scope.every(3600_000, "expired credentials", () => deleteExpiredCredentials(db, new Date()));

log.info("ready");
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => void scope.close(signal).then(() => process.exit(0)));
}
