import { readFileSync } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { dashboard, expressions } from "./panels.ts";

it("is the dashboard that is checked in", () => {
  const text = readFileSync(new URL("rostrum.json", import.meta.url), "utf8");
  expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(dashboard)));
});

it("asks for nothing that no service exposes", async () => {
  const sources: string[] = [];
  const root = new URL("../../", import.meta.url).pathname;
  for await (const file of glob(
    [
      "origin/src/**/*.ts",
      "sfu-edge/src/**/*.ts",
      "egress/src/**/*.ts",
      "web/src/server/*.ts",
      "packages/sfu/src/*.ts",
    ],
    { cwd: root },
  ))
    sources.push(await readFile(`${root}${file}`, "utf8"));
  const code = sources.join("\n");
  const names = new Set(expressions.flatMap((expr) => expr.match(/rostrum_[a-z0-9_]+/g) ?? []));
  expect(names.size).toBeGreaterThan(15);
  for (const name of names) {
    const own = name.replace("rostrum_", "").replace(/_bucket$/, "");
    expect(code, name).toContain(`"${own}"`);
  }
});
