import { describe, expect, it } from "vitest";
import { runSteps, type Step } from "./steps.ts";

const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Steps that write down when they begin and end. */
function recorded(rows: [name: string, dependsOn: string[], work?: () => Promise<void>][]) {
  const events: string[] = [];
  const steps: Step[] = rows.map(([name, dependsOn, work]) => ({
    name,
    dependsOn,
    run: async () => {
      events.push(`+${name}`);
      await (work ?? (() => wait(5)))();
      events.push(`-${name}`);
    },
  }));
  return { steps, events };
}

describe("runSteps", () => {
  it("begins a step once everything it depends on has ended, and runs strangers side by side", async () => {
    const { steps, events } = recorded([
      ["web", ["migrate", "redis"]],
      ["migrate", ["postgres"]],
      ["postgres", []],
      ["redis", []],
    ]);
    await runSteps(steps);
    expect(events.indexOf("+redis")).toBeLessThan(events.indexOf("-postgres"));
    expect(events.indexOf("+migrate")).toBeGreaterThan(events.indexOf("-postgres"));
    expect(events.indexOf("+web")).toBeGreaterThan(events.indexOf("-migrate"));
    expect(events.indexOf("+web")).toBeGreaterThan(events.indexOf("-redis"));
    expect(events.filter((event) => event === "+postgres")).toHaveLength(1);
  });

  it("throws the first failure, tells it at once, and begins nothing that comes after", async () => {
    let told: unknown;
    const { steps, events } = recorded([
      ["slow", [], () => wait(60)],
      ["broken", [], () => Promise.reject(new Error("no disk"))],
      ["after", ["broken"]],
      ["later", ["slow"]],
    ]);
    await expect(
      runSteps(steps, (error) => {
        told = error;
        expect(events).not.toContain("-slow");
      }),
    ).rejects.toThrow("no disk");
    expect(told).toBeInstanceOf(Error);
    expect(events).toContain("-slow");
    expect(events).not.toContain("+after");
    expect(events).not.toContain("+later");
  });

  it("refuses a plan with an unknown name or a circle before anything runs", async () => {
    const unknown = recorded([["web", ["database"]]]);
    await expect(runSteps(unknown.steps)).rejects.toThrow("web depends on database");
    const circle = recorded([
      ["a", ["b"]],
      ["b", ["a"]],
    ]);
    await expect(runSteps(circle.steps)).rejects.toThrow("waits for itself");
    expect([...unknown.events, ...circle.events]).toEqual([]);
  });
});
