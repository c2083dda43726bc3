import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Progress } from "./progress.ts";
import { lastLines, runCommand } from "./run-command.ts";
import type { Settings } from "./settings.ts";
import { bedTools, chromiumTool, ensureTools, toolsFor } from "./system.ts";
import { TestBacking } from "./test-backing.ts";
import { Trouble } from "./trouble.ts";
import { ensureWorker } from "./worker.ts";

export type Tally = { passed: number; failed: number };
type Result = Tally & {
  /** What to show when something failed. */
  report: string;
  /** Why nothing was checked. */
  skipped?: string;
};

type Stage = {
  name: string;
  timeoutMs: number;
  /** Counts, and what to show when something failed. */
  run: (context: StageContext) => Promise<Result>;
};

type StageContext = {
  root: string;
  env: NodeJS.ProcessEnv;
  scratch: string;
  timeoutMs: number;
  note: (text: string) => void;
};

const WORKSPACES = [
  "packages/protocol",
  "packages/rules",
  "packages/platform",
  "packages/sfu",
  "db",
  "origin",
  "sfu-edge",
  "egress",
  "web",
  "load-tests",
  "scripts",
];
/** Broadcasts are watched in real time: two files of egress wait side by side, each with a Redis and ports of its own. */
const filesAtOnce = (workspace: string): string =>
  workspace === "egress" ? "--maxWorkers=2" : "--no-file-parallelism";
/** Nothing runs longer than this in all; what is not done by then has failed. */
const TOTAL_MS = 40 * 60_000;

/** Every check there is, in the order of what is quickest to say no. `only`: names of stages, or how they begin. */
export async function test(settings: Settings, progress: Progress, only: string[]): Promise<number> {
  const { root } = settings;
  const all = stages(root);
  const chosen =
    only.length === 0 ? all : all.filter(({ name }) => only.some((word) => name.startsWith(word)));
  if (chosen.length === 0)
    throw new Trouble(
      `no stage is called ${only.join(", ")}`,
      `one of: ${all.map(({ name }) => name).join(", ")}`,
    );
  const scratch = mkdtempSync(path.join(tmpdir(), "rostrum-test-"));
  const deadline = Date.now() + TOTAL_MS;
  const total: Tally = { passed: 0, failed: 0 };
  const real = chosen.some(({ name }) => name.startsWith("real") || name === "e2e" || name === "hosts");
  const backing = new TestBacking(root, scratch);
  try {
    const env = real ? await realParts(settings, progress, { scratch, backing }) : process.env;
    for (const stage of chosen) {
      const timeoutMs = Math.min(stage.timeoutMs, Math.max(1000, deadline - Date.now()));
      const step = progress.step(stage.name);
      const result = await stage.run({ root, env, scratch, timeoutMs, note: step.note });
      total.passed += result.passed;
      total.failed += result.failed;
      if (result.failed === 0) step.done(result.skipped ?? `${result.passed} passed`);
      else {
        step.fail();
        progress.line(result.report);
      }
    }
  } finally {
    await backing.close();
    rmSync(scratch, { recursive: true, force: true });
  }
  process.stdout.write(`${total.passed} passed, ${total.failed} failed\n`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
}

/** A worker, PostgreSQL and Redis for the stages that use real parts. */
async function realParts(
  settings: Settings,
  progress: Progress,
  { scratch, backing }: { scratch: string; backing: TestBacking },
): Promise<NodeJS.ProcessEnv> {
  const log = path.join(scratch, "setup.log");
  await ensureTools([...toolsFor(settings), chromiumTool, ...bedTools()], progress, log);
  const worker = await progress.during("media worker", (step) => ensureWorker(settings.root, log, step));
  const urls = await progress.during("PostgreSQL and Redis for tests", () => backing.start());
  return { ...process.env, ...urls, MEDIASOUP_WORKER_BIN: worker };
}

function stages(root: string): Stage[] {
  const node = process.execPath;
  const bin = (name: string): string => path.join(root, "node_modules/.bin", name);
  const check = (name: string, ...command: string[]): Stage => ({
    name,
    timeoutMs: 5 * 60_000,
    run: (context) => runCheck(command, context),
  });
  const hasRealTests = (workspace: string): boolean =>
    existsSync(path.join(root, workspace)) &&
    readdirSync(path.join(root, workspace), { recursive: true, encoding: "utf8" }).some(
      (file) => file.endsWith(".real.test.ts") && !file.includes("node_modules"),
    );
  return [
    check("lint", bin("biome"), "check", "--diagnostic-level=error", "."),
    check(
      "imports",
      bin("depcruise"),
      "--config",
      ".dependency-cruiser.cjs",
      "packages",
      "db",
      "origin",
      "sfu-edge",
      "egress",
      "web/src",
      "load-tests",
    ),
    ...(existsSync(path.join(root, "scripts/docs/protocol.ts"))
      ? [check("docs", node, "scripts/docs/protocol.ts", "--check")]
      : []),
    ...WORKSPACES.map((workspace) => check(`types ${workspace}`, bin("tsc"), "--noEmit", "-p", workspace)),
    {
      name: "unit",
      timeoutMs: 5 * 60_000,
      // Properties are tried hundreds of times: a busy machine may take its time.
      run: (context) => runVitest(".", ["--exclude", "**/*.real.test.ts", "--testTimeout=30000"], context),
    },
    ...WORKSPACES.filter(hasRealTests).map((workspace) => ({
      name: `real ${workspace}`,
      timeoutMs: 6 * 60_000,
      run: (context: StageContext) =>
        runVitest(
          workspace,
          [".real.test.ts", filesAtOnce(workspace), "--testTimeout=60000", "--hookTimeout=60000"],
          context,
        ),
    })),
    {
      name: "e2e",
      timeoutMs: 20 * 60_000,
      run: (context) => runProduct("load-tests/src/e2e/main.ts", context),
    },
    // After e2e, which builds the site.
    {
      name: "hosts",
      timeoutMs: 6 * 60_000,
      run: (context) => runProduct("load-tests/src/bed/main.ts", context),
    },
  ];
}

async function runCheck(
  command: string[],
  { root, env, timeoutMs }: StageContext,
): Promise<Tally & { report: string }> {
  const { code, stdout, stderr } = await runCommand(command, { cwd: root, env, timeoutMs });
  return code === 0
    ? { passed: 1, failed: 0, report: "" }
    : { passed: 0, failed: 1, report: lastLines(stdout + stderr, 40) };
}

/** The parts of vitest's JSON report that are read. */
type VitestReport = {
  numPassedTests: number;
  numFailedTests: number;
  testResults: {
    name: string;
    status: string;
    message?: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[];
  }[];
};

async function runVitest(
  workspace: string,
  args: string[],
  context: StageContext,
): Promise<Tally & { report: string }> {
  const { root, env, scratch, timeoutMs, note } = context;
  const output = path.join(scratch, `vitest-${workspace.replaceAll("/", "-")}-${Date.now()}.json`);
  const command = [
    process.execPath,
    path.join(root, "node_modules/vitest/vitest.mjs"),
    "run",
    "--root",
    path.join(root, workspace),
    "--reporter=json",
    `--outputFile=${output}`,
    "--exclude",
    "**/node_modules/**",
    "--exclude",
    "**/.next/**",
    ...args,
  ];
  const { code, stdout, stderr } = await runCommand(command, { cwd: root, env, timeoutMs, onLine: note });
  const lost = { passed: 0, failed: 1, report: lastLines(stdout + stderr, 20) };
  if (!existsSync(output)) return lost;
  const report = JSON.parse(readFileSync(output, "utf8")) as VitestReport;
  const tally = tallyOf(report);
  // Passed tests and yet an exit code: an error outside of any test.
  return code !== 0 && tally.failed === 0 ? { ...lost, passed: tally.passed } : tally;
}

/** Counts and failures of a report; a file that could not be loaded is one failure. */
export function tallyOf(report: VitestReport): Tally & { report: string } {
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((one) => one.status === "failed"),
  );
  const lines = report.testResults.flatMap((file) =>
    file.assertionResults
      .filter((one) => one.status === "failed")
      .map(
        (one) =>
          `  FAIL ${file.name}: ${one.fullName}\n${lastLines((one.failureMessages ?? []).join("\n").split("\n").slice(0, 12).join("\n"), 12)}`,
      ),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    report: [
      ...lines,
      ...broken.map((file) => `  FAIL ${file.name}\n${lastLines(file.message ?? "", 8)}`),
    ].join("\n"),
  };
}

/** A story in browsers: it brings up a product of its own and closes with its counts, or says why it is skipped. */
async function runProduct(
  program: string,
  { root, env, timeoutMs, note, scratch }: StageContext,
): Promise<Result> {
  const log = path.join(scratch, `${path.basename(path.dirname(program))}.log`);
  // It must see the product as a newcomer does: with embedded parts, not with those of the other tests.
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...clean } = env;
  const { code, stdout, stderr } = await runCommand([process.execPath, program], {
    cwd: root,
    env: clean,
    timeoutMs,
    log,
    onLine: note,
  });
  const counts = [...stdout.matchAll(/(\d+) passed, (\d+) failed/g)].at(-1);
  const passed = Number(counts?.[1] ?? 0);
  const failed = Number(counts?.[2] ?? 0);
  // A step that failed says why on stdout; what the product said comes to stderr, and is much.
  const failure = stdout.indexOf("FAIL");
  const report = lastLines(failure >= 0 ? stdout.slice(failure) : `${stdout}\n${stderr}`, 30);
  const skipped = /^skipped: .*/m.exec(stdout)?.[0];
  return {
    passed,
    failed: code !== 0 || !counts ? Math.max(1, failed) : failed,
    report,
    ...(skipped ? { skipped } : {}),
  };
}
