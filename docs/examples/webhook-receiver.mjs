// A receiver of Rostrum's webhooks, written from the Standard Webhooks specification (standardwebhooks.com); Node 20 or
// newer, nothing to install:
//
//   WEBHOOK_SECRET=whsec_... PORT=8080 node webhook-receiver.mjs
//
// It shares no code with Rostrum. `verify` is what you need; the server below shows how to use it.
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import { pathToFileURL } from "node:url";

/** Older or newer messages may be replays: seconds. */
const toleranceSeconds = 300;

/**
 * Throws unless the message was signed with one of the secrets (more than one while you change over) within the last
 * five minutes. `body` is the raw text as it came: parse it afterwards. Answers the message's id.
 */
export function verify(secrets, headers, body, now = Date.now()) {
  const id = headers["webhook-id"];
  const timestamp = headers["webhook-timestamp"];
  const signatures = headers["webhook-signature"];
  if (!id || !timestamp || !signatures) throw new Error("not a signed message");
  if (!/^\d+$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > toleranceSeconds)
    throw new Error("too old, or from the future");
  const expected = [secrets].flat().map((secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
    return createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
  });
  for (const signature of signatures.split(" ")) {
    const [version, text] = signature.split(",", 2);
    if (version !== "v1" || !text) continue;
    const given = Buffer.from(text, "base64");
    if (expected.some((right) => right.length === given.length && timingSafeEqual(right, given))) return id;
  }
  throw new Error("the signature is not right");
}

/**
 * A server that verifies every message and hands it to `handle(message, id)` once: the same id comes again when an answer
 * was lost, and by hand. What `handle` throws is answered with 500, and the message comes again.
 */
export function createReceiver(secrets, handle) {
  const seen = new Set(); // In a real system: a table with a unique key, kept for a week.
  return createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString("utf8");
    let id;
    try {
      id = verify(secrets, request.headers, body);
    } catch (error) {
      response.writeHead(401).end(error.message);
      return;
    }
    try {
      if (!seen.has(id)) await handle(JSON.parse(body), id);
      seen.add(id);
      response.writeHead(204).end();
    } catch (error) {
      response.writeHead(500).end(error.message);
    }
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const secrets = (process.env.WEBHOOK_SECRET ?? "").split(",").filter(Boolean);
  const port = Number(process.env.PORT ?? 8080);
  createReceiver(secrets, ({ type, data }) =>
    process.stdout.write(`${type} ${JSON.stringify(data)}\n`),
  ).listen(port);
}
