import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

export type Sink = { smtpUrl: string; inboxUrl: string; folder: string; close: () => Promise<void> };

/** The real mail sink as a process of its own. */
export async function openSink(): Promise<Sink> {
  const folder = await mkdtemp(path.join(tmpdir(), "rostrum-sink-"));
  const [http, smtp] = [await freePort(), await freePort()];
  const child: ChildProcess = spawn(process.execPath, ["src/mail-sink/main.ts"], {
    cwd: path.join(import.meta.dirname, ".."),
    env: {
      ...process.env,
      HTTP_PORT: String(http),
      SMTP_PORT: String(smtp),
      MAIL_DIR: folder,
      LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const inboxUrl = `http://127.0.0.1:${http}`;
  const deadline = Date.now() + 15_000;
  while (
    !(await fetch(`${inboxUrl}/ready`).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (Date.now() > deadline || child.exitCode !== null) throw new Error("the mail sink did not start");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return {
    smtpUrl: `smtp://127.0.0.1:${smtp}`,
    inboxUrl,
    folder,
    close: async () => {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
