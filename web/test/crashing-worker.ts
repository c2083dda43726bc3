/** A mail worker that is killed while it sends: `node crashing-worker.ts DATABASE_URL FILE` notes whom it was sending to. */
import { appendFileSync } from "node:fs";
import { openDatabase, sendDueMails } from "@rostrum/db";

const [url = "", file = ""] = process.argv.slice(2);
const { db } = openDatabase(url);
await sendDueMails(db, async (mail) => {
  appendFileSync(file, `${mail.recipient}\n`);
  process.kill(process.pid, "SIGKILL");
  await new Promise(() => {});
});
