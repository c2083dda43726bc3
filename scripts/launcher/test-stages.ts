import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { runCheck, runProduct, runVitest, type StageContext, type StageResult } from "./test-runs.ts";

/** One line of `./rostrum test`. */
export type Stage = {
  name: string;
  timeoutMs: number;
  run: (context: StageContext) => Promise<StageResult>;
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
/** Every check there is, in the order of what is quickest to say no. */
export function stages(root: string): Stage[] {
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
