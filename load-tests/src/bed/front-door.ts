/**
 * The TLS proxy that stands before a site: `node front-door.ts CERT KEY LISTEN=TARGET...`, each `host:port`. Bytes of
 * every connection are passed on as they are, WebSocket and all.
 */
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { createServer } from "node:tls";

const [cert = "", key = "", ...doors] = process.argv.slice(2);
const credentials = { cert: readFileSync(cert), key: readFileSync(key) };

const address = (text: string): { host: string; port: number } => {
  const colon = text.lastIndexOf(":");
  return { host: text.slice(0, colon), port: Number(text.slice(colon + 1)) };
};

for (const door of doors) {
  const [listen = "", target = ""] = door.split("=");
  const server = createServer(credentials, (client) => {
    const inner = connect(address(target));
    client.setNoDelay(true);
    inner.setNoDelay(true);
    client.pipe(inner).pipe(client);
    // Whoever fails first takes the other along.
    client.on("error", () => inner.destroy());
    inner.on("error", () => client.destroy());
    client.on("close", () => inner.destroy());
    inner.on("close", () => client.destroy());
  });
  server.on("tlsClientError", () => {}); // A client that does not trust us, or hung up.
  server.listen(address(listen), () => process.stdout.write(`${listen}\n`));
}
