import { describe, expect, it } from "vitest";
import { orphans, ownPrefix } from "./owner.ts";
import { addressOf, type BedPlan, buildCommands, links, namespaces } from "./topology.ts";

const plan: BedPlan = {
  regions: [
    { name: "eu", net: "10.77.1", hosts: { origin: [10, 11], "edge-1": [31] } },
    { name: "us", net: "10.77.2", hosts: { "edge-2": [32] } },
    { name: "ap", net: "10.77.3", hosts: { "edge-3": [33], client: [50] } },
  ],
};

describe("a bed's plan", () => {
  it("puts every name under the owner's prefix and nothing into the machine's own network", () => {
    const prefix = ownPrefix(1);
    expect(prefix).toMatch(/^rst-\d+-\d+-1-$/);
    const names = namespaces(prefix, plan);
    expect(names.every((name) => name.startsWith(prefix))).toBe(true);
    expect(new Set(names).size).toBe(names.length);
    for (const command of buildCommands(prefix, plan)) {
      const namespace = command[0] === "ip" ? (command[1] === "-n" ? command[2] : command[3]) : command[1];
      expect(namespace, command.join(" ")).toContain(prefix);
    }
  });

  it("joins each pair of regions by one link with addresses of its own", () => {
    const between = links("x-", plan);
    expect(between.map(({ regions }) => regions.join("-"))).toEqual(["eu-us", "eu-ap", "us-ap"]);
    const addresses = between.flatMap(({ ends, relays }) => [...ends, ...relays]);
    expect(new Set(addresses).size).toBe(12);
  });

  it("keeps device names within what the kernel takes", () => {
    for (const command of buildCommands("x-", plan))
      command.forEach((word, i) => {
        if (["dev", "name", "-K", "master"].includes(command[i - 1] ?? ""))
          expect(word.length).toBeLessThanOrEqual(15);
      });
  });

  it("knows addresses, and says when there is none", () => {
    expect(addressOf(plan, "origin", 1)).toBe("10.77.1.11");
    expect(addressOf(plan, "client")).toBe("10.77.3.50");
    expect(() => addressOf(plan, "edge-9")).toThrow("edge-9");
  });

  it("takes only beds whose process is gone for orphans", () => {
    const gone = "rst-4194303-17-1-client";
    const reused = `rst-${process.pid}-1-1-client`;
    expect(orphans([`${ownPrefix(1)}client`, gone, reused, "somebody-else"])).toEqual([gone, reused]);
  });
});
