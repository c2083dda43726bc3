import { describe, expect, it } from "vitest";
import { tallyOf } from "./test-runs.ts";

describe("tallyOf", () => {
  it("counts tests, and a file that cannot be loaded as one failure", () => {
    const tally = tallyOf({
      numPassedTests: 2,
      numFailedTests: 1,
      testResults: [
        {
          name: "a.test.ts",
          status: "failed",
          assertionResults: [
            { status: "passed", fullName: "adds" },
            { status: "passed", fullName: "subtracts" },
            { status: "failed", fullName: "divides", failureMessages: ["expected 2 to be 3"] },
          ],
        },
        { name: "b.test.ts", status: "failed", message: "SyntaxError: no", assertionResults: [] },
      ],
    });
    expect(tally).toMatchObject({ passed: 2, failed: 2 });
    expect(tally.report).toContain("a.test.ts: divides");
    expect(tally.report).toContain("SyntaxError");
  });
});
