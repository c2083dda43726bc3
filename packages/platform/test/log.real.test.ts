import { spawnSync } from "node:child_process";
import path from "node:path";
import { describe, expect, it } from "vitest";

/** What a process that runs `code` with a log writes, line by line. */
function logged(code: string): Record<string, unknown>[] {
  const file = path.join(import.meta.dirname, "../src/log.ts");
  const source = `import { createLog } from ${JSON.stringify(file)};
    const log = createLog({ service: "s", nodeId: "n" }); ${code}`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", source], {
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("the log", () => {
  it("writes no secret, however it was handed over", () => {
    const lines = logged(`
      log.info({ token: "sesame" }, "1");
      log.info({ headers: { authorization: "Bearer sesame", cookie: "id=sesame" } }, "2");
      log.child({ webinarId: "w" }).info({ a: { b: { password: "sesame" } } }, "3");
      log.error({ err: Object.assign(new Error("no"), { command: { name: "auth", args: ["sesame"] } }) }, "4");
      log.info({ destination: { key: "sesame", label: "live" } }, "5");`);
    expect(lines).toHaveLength(5);
    expect(JSON.stringify(lines)).not.toContain("sesame");
    expect(lines[2]).toMatchObject({ service: "s", nodeId: "n", webinarId: "w", msg: "3" });
    expect(lines[4]).toMatchObject({ destination: { label: "live" } });
  });

  it("folds a flood and says how much it left out", () => {
    const lines = logged(`
      for (let i = 0; i < 500; i++) log.warn({ i }, "again");
      log.warn("another");
      await new Promise((resolve) => setTimeout(resolve, 1100));
      log.warn("again");`);
    const again = lines.filter(({ msg }) => msg === "again").length;
    // The flood may cross the edge of a second.
    expect(again).toBeGreaterThan(20);
    expect(again).toBeLessThan(45);
    expect(lines.some(({ msg }) => msg === "another")).toBe(true);
    const folded = lines.filter((line) => typeof line.folded === "number");
    expect(folded.reduce((sum, line) => sum + Number(line.folded), again)).toBe(501);
  });
});
