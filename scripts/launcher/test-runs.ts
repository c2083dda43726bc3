import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import type { Guard } from "./guard.ts";
import { lastLines, runCommand } from "./run-command.ts";

export type Tally = { passed: number; failed: number };
/** Counts, and what to show when something failed. */
export type StageResult = Tally & {
  /** What to show when something failed. */
  report: string;
  /** Why nothing was checked. */
  skipped?: string;
};

/** What a stage is given to run with. */
export type StageContext = {
  root: string;
  env: NodeJS.ProcessEnv;
  scratch: string;
  timeoutMs: number;
  note: (text: string) => void;
  /** Stop: nobody waits for the result any more. */
  signal: AbortSignal;
  guard: Guard;
};

const optionsOf = ({ root, env, timeoutMs, signal, guard }: StageContext) => ({
  cwd: root,
  env,
  timeoutMs,
  signal,
  guard,
});

/** A program that says by its exit code whether all is well. */
export async function runCheck(command: string[], context: StageContext): Promise<StageResult> {
  const { code, stdout, stderr } = await runCommand(command, optionsOf(context));
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

/** Tests of one workspace, or of all. */
export async function runVitest(
  workspace: string,
  args: string[],
  context: StageContext,
): Promise<StageResult> {
  const { root, scratch, note } = context;
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
  const { code, stdout, stderr } = await runCommand(command, { ...optionsOf(context), onLine: note });
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
export async function runProduct(program: string, context: StageContext): Promise<StageResult> {
  const { env, note, scratch } = context;
  const log = path.join(scratch, `${path.basename(path.dirname(program))}.log`);
  // It must see the product as a newcomer does: with embedded parts, not with those of the other tests.
  const { DATABASE_URL: _database, REDIS_URL: _redis, ...clean } = env;
  const { code, stdout, stderr } = await runCommand([process.execPath, program], {
    ...optionsOf(context),
    env: clean,
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
