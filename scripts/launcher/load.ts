import { existsSync } from "node:fs";
import { homedir } from "node:os";
import path from "node:path";
import { readEnvFile } from "./env-file.ts";
import { foreground } from "./foreground.ts";
import type { Progress } from "./progress.ts";
import { lastLines, runCommand } from "./run-command.ts";
import { readRunFile } from "./run-file.ts";
import type { Settings } from "./settings.ts";
import { which } from "./system.ts";
import { Trouble } from "./trouble.ts";

/** The newest k6 whose module the Go proxy carries. */
const K6_VERSION = "v1.8.1";

/** k6 of the system, or one built from its Go module into the user's cache. */
export async function ensureK6(settings: Settings, progress: Progress): Promise<string> {
  const folder = path.join(
    settings.env.XDG_CACHE_HOME || path.join(homedir(), ".cache"),
    "rostrum/tools",
    `k6-${K6_VERSION}`,
  );
  const built = path.join(folder, "k6");
  const found = which("k6") ?? (existsSync(built) ? built : undefined);
  if (found) return found;
  const go = which("go");
  if (!go) {
    throw new Trouble(
      "load needs k6",
      `install k6 ${K6_VERSION}, or Go: then ./rostrum load builds it from go.k6.io/k6`,
    );
  }
  await progress.during(`building k6 ${K6_VERSION}`, async (step) => {
    const { code, stderr } = await runCommand(["nice", go, "install", `go.k6.io/k6@${K6_VERSION}`], {
      env: { ...process.env, GOBIN: folder },
      onLine: step.note,
      timeoutMs: 15 * 60_000,
    });
    if (code !== 0)
      throw new Trouble(`k6 could not be built:\n${lastLines(stderr, 4)}`, "install k6 yourself");
  });
  return built;
}

/** The host's link signs in once: one that somebody has used already would not do. */
async function freshLinks(settings: Settings): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await runCommand([process.execPath, "web/src/jobs/seed.ts"], {
    cwd: settings.root,
    env: readEnvFile(path.join(settings.home, "env/web.env")),
    timeoutMs: 60_000,
  });
  if (code !== 0) throw new Trouble(`the demo webinar could not be seeded:\n${lastLines(stderr, 5)}`);
  return JSON.parse(stdout.trim().split("\n").at(-1) ?? "{}") as Record<string, unknown>;
}

/** Run the k6 script against what runs in this home; `args` go to k6. */
export async function load(settings: Settings, progress: Progress, args: string[]): Promise<number> {
  const run = readRunFile(settings.home);
  if (run?.state !== "ready")
    throw new Trouble(`nothing runs in ${settings.home}`, "./rostrum up, in another terminal");
  const k6 = await ensureK6(settings, progress);
  const demo = await progress.during("fresh links", () => freshLinks(settings));
  const variables: Record<string, unknown> = {
    BASE_URL: run.urls.web,
    INBOX_URL: run.urls.inbox,
    REGISTER_URL: demo.registerUrl,
    HOST_URL: demo.hostUrl,
    WEBINAR_ID: demo.webinarId,
  };
  const env = Object.entries(variables).flatMap(([key, value]) =>
    typeof value === "string" ? ["-e", `${key}=${value}`] : [],
  );
  return foreground([k6, "run", ...env, ...args, "load-tests/k6/register-and-vote.ts"], {
    cwd: settings.root,
    env: { ...process.env, K6_NO_USAGE_REPORT: "true" },
  });
}
