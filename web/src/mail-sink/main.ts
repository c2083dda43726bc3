/** Receives every mail of an installation without a mail provider, and shows it. */
import { type HttpContext, readJson, runService, sendJson } from "@rostrum/platform";
import { RostrumError } from "@rostrum/protocol";
import { SMTPServer } from "smtp-server";
import { z } from "zod";
import { mailSinkConfig } from "./config.ts";
import { inboxPage, mailPage } from "./pages.ts";
import { MailStore } from "./store.ts";

const config = mailSinkConfig();
const Forget = z.strictObject({ to: z.array(z.string().min(3).max(254)).max(5000) });
const maxMailBytes = 10 * 1024 * 1024;

function sendHtml({ response }: HttpContext, html: string): void {
  response.writeHead(200, {
    "content-type": "text/html; charset=utf-8",
    "content-security-policy":
      "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-src 'self'",
    "cache-control": "no-store",
  });
  response.end(html);
}

await runService(
  {
    service: "mail-sink",
    nodeId: config.NODE_ID,
    logLevel: config.LOG_LEVEL,
    http: { host: config.HTTP_HOST, port: config.HTTP_PORT },
  },
  async ({ scope, http, log }) => {
    const store = new MailStore(config.MAIL_DIR);
    const smtp = new SMTPServer({
      disabledCommands: ["STARTTLS", "AUTH"],
      size: maxMailBytes,
      onData: (stream, _session, done) => {
        stream
          .toArray()
          .then((chunks: Buffer[]) => store.save(Buffer.concat(chunks)))
          .then(
            () => done(),
            (error: Error) => done(error),
          );
      },
    });
    smtp.on("error", (error) => log.warn({ err: error }, "smtp error"));
    await new Promise<void>((resolve, reject) => {
      smtp.once("error", reject);
      smtp.listen(config.SMTP_PORT, config.HTTP_HOST, () => resolve());
    });
    scope.add("smtp", () => new Promise((resolve) => smtp.close(() => resolve())));

    const found = async (id: string) => {
      const mail = await store.find(id);
      if (!mail) throw new RostrumError("not-found", "There is no such mail.");
      return mail;
    };
    http.route("GET", "/", async (context) => sendHtml(context, inboxPage(await store.list())));
    http.route("GET", "/mail/:id", async (context) =>
      sendHtml(context, mailPage(await found(context.params.id ?? ""))),
    );
    http.route("GET", "/api/messages", async ({ response, url }) =>
      sendJson(response, 200, await store.list(url.searchParams.get("to") ?? undefined)),
    );
    http.route("GET", "/api/messages/:id", async ({ response, params }) =>
      sendJson(response, 200, await found(params.id ?? "")),
    );
    http.route("POST", "/api/forget", async ({ request, response }) => {
      // A form of another site cannot send JSON without asking first, and nobody answers that.
      if (!request.headers["content-type"]?.startsWith("application/json"))
        throw new RostrumError("message.malformed", "Send JSON.");
      const wish = Forget.safeParse(await readJson(request, 1_000_000));
      if (!wish.success) throw new RostrumError("input.invalid", "Send the addresses.", { field: "to" });
      sendJson(response, 200, { forgotten: await store.forget(wish.data.to) });
    });
    return { faults: () => [] };
  },
);
