import { accessSync, constants, existsSync } from "node:fs";
import path from "node:path";
import type { Progress } from "./progress.ts";
import { lastLines, runCommand } from "./run-command.ts";
import type { Settings } from "./settings.ts";
import { Trouble } from "./trouble.ts";

/** Something that the system must have, and the Debian package that brings it. */
export type Tool = { name: string; package: string; present: () => boolean; required: boolean };

/** Full path of a program, also in the folders of the superuser. */
export function which(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/sbin", "/sbin", "/usr/local/sbin"];
  for (const folder of folders) {
    const file = path.join(folder, name);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // Not here.
    }
  }
  return undefined;
}

const fonts = [
  "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
  "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
  "/usr/share/fonts/TTF/DejaVuSans.ttf",
];

/** redis-server by itself, or the same program under the name by which redis-tools ships it. */
export const redisProgram = (): string | undefined => which("redis-server") ?? which("redis-check-rdb");

export const chromiumProgram = (): string | undefined =>
  which("chromium") ?? which("chromium-browser") ?? which("google-chrome");

const tool = (name: string, pkg: string, present: () => boolean, required = true): Tool => ({
  name,
  package: pkg,
  present,
  required,
});

/** What `up` needs of the system under these settings. */
export function toolsFor(settings: Settings): Tool[] {
  const tools = [tool("ffmpeg", "ffmpeg", () => which("ffmpeg") !== undefined)];
  // redis-tools holds the server too, without the service that redis-server would start.
  if (!settings.external.redisUrl)
    tools.push(tool("redis-server", "redis-tools", () => redisProgram() !== undefined));
  if (!settings.external.turnUrls)
    tools.push(tool("turnserver", "coturn", () => which("turnserver") !== undefined, false));
  tools.push(tool("DejaVu fonts", "fonts-dejavu-core", () => fonts.some((file) => existsSync(file)), false));
  return tools;
}

/** What the test bed of several hosts needs; without them it is skipped. Only root may make namespaces. */
export const bedTools = (): Tool[] =>
  process.getuid?.() !== 0
    ? []
    : (
        [
          ["ip", "iproute2"],
          ["nft", "nftables"],
          ["ethtool", "ethtool"],
          ["certutil", "libnss3-tools"],
        ] as const
      ).map(([name, pkg]) => tool(name, pkg, () => which(name) !== undefined, false));

export const chromiumTool: Tool = tool("chromium", "chromium", () => chromiumProgram() !== undefined);

/** How this user may run apt-get; undefined when not at all. */
async function aptPrefix(): Promise<string[] | undefined> {
  if (!which("apt-get")) return undefined;
  if (process.getuid?.() === 0) return [];
  if (!which("sudo")) return undefined;
  const { code } = await runCommand(["sudo", "-n", "true"], { timeoutMs: 10_000 });
  return code === 0 ? ["sudo", "-n"] : undefined;
}

const byHand = (packages: string[]): string =>
  `run: sudo apt-get update && sudo apt-get install -y ${packages.join(" ")}`;

/** Install packages, with one `apt-get update` when the lists are missing or stale. */
export async function aptInstall(
  packages: string[],
  log: string,
  onLine: (line: string) => void,
): Promise<void> {
  const prefix = await aptPrefix();
  const manual = byHand(packages);
  if (!prefix) throw new Trouble(`the system lacks ${packages.join(", ")}`, manual);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const install = [
    ...prefix,
    "apt-get",
    "-o",
    "DPkg::Lock::Timeout=120",
    "install",
    "-y",
    "--no-install-recommends",
    ...packages,
  ];
  const options = { env, log, onLine, timeoutMs: 600_000 };
  let result = await runCommand(install, options);
  if (result.code !== 0) {
    await runCommand([...prefix, "apt-get", "update"], options);
    result = await runCommand(install, options);
  }
  if (result.code !== 0)
    throw new Trouble(
      `apt-get could not install ${packages.join(", ")}:\n${lastLines(result.stderr, 4)}`,
      manual,
    );
  await keepServicesOff(packages, prefix);
}

/** A package that starts a service of its own would listen on its default port: ours is started by us. */
async function keepServicesOff(packages: string[], prefix: string[]): Promise<void> {
  if (!existsSync("/run/systemd/system")) return;
  for (const service of packages.filter((name) => name === "coturn" || name === "redis-server")) {
    await runCommand([...prefix, "systemctl", "disable", "--now", service], { timeoutMs: 30_000 });
  }
}

/** Install what is missing. Without an optional tool a line says what will be lacking. */
export async function ensureTools(tools: Tool[], progress: Progress, log: string): Promise<void> {
  const missing = tools.filter((one) => !one.present());
  const required = missing.filter((one) => one.required);
  if (missing.length === 0) return;
  const packages = missing.map((one) => one.package);
  if ((await aptPrefix()) === undefined) {
    if (required.length > 0) {
      throw new Trouble(`the system lacks ${required.map((one) => one.name).join(", ")}`, byHand(packages));
    }
    tellMissing(missing, progress);
    return;
  }
  await progress.during(`installing ${packages.join(", ")}`.slice(0, 60), (step) =>
    aptInstall(packages, log, step.note).catch((error: unknown) => {
      if (required.length > 0) throw error;
    }),
  );
  tellMissing(
    missing.filter((one) => !one.present()),
    progress,
  );
}

function tellMissing(missing: Tool[], progress: Progress): void {
  for (const one of missing) {
    const lost: Record<string, string> = {
      coturn: "no TURN relay for people behind strict firewalls",
      "fonts-dejavu-core": "no names in pictures",
    };
    const what = lost[one.package] ?? "no test of several hosts";
    progress.line(`! ${one.name} is not installed: ${what} (apt-get install ${one.package})`);
  }
}

// biome-ignore lint/suspicious/noTemplateCurlyInString: dpkg-query's own fields.
const DPKG_FORMAT = "${Package} ${db:Status-Status}\\n";

/** Those of `packages` that dpkg does not know as installed; none on a system without dpkg. */
export async function notInstalled(packages: string[]): Promise<string[]> {
  if (!which("dpkg-query")) return [];
  const { stdout } = await runCommand(["dpkg-query", "-W", "-f", DPKG_FORMAT, ...packages], {
    timeoutMs: 10_000,
  });
  const installed = new Set(
    stdout
      .split("\n")
      .filter((line) => line.endsWith(" installed"))
      .map((line) => line.split(" ")[0]),
  );
  return packages.filter((name) => !installed.has(name));
}
