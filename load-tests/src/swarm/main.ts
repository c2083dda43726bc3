/**
 * The audience swarm: `node load-tests/src/swarm/main.ts --web URL [--links FILE --count N --over MS --for SECONDS]`.
 * FILE holds personal links, one a line. Prints a JSON line a second while it runs by itself. Without `--links` it
 * obeys commands on standard input, one JSON object a line, each answered by one line (see command.ts).
 */
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { type Command, obey } from "./command.ts";
import { Population } from "./population.ts";

const { values } = parseArgs({
  options: {
    web: { type: "string" },
    links: { type: "string" },
    count: { type: "string" },
    over: { type: "string", default: "3000" },
    for: { type: "string", default: "10" },
  },
});
if (!values.web) {
  process.stderr.write("usage: swarm --web URL [--links FILE --count N --over MS --for SECONDS]\n");
  process.exit(64); // EX_USAGE
}
const population = new Population(values.web);
const say = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function runAlone(file: string): Promise<void> {
  const links = readFileSync(file, "utf8").split("\n").filter(Boolean);
  const count = Math.min(links.length, Number(values.count ?? links.length));
  const ticker = setInterval(() => say(population.report()), 1000);
  await population.join({ links: links.slice(0, count), overMs: Number(values.over), group: "all" });
  population.startWindow();
  await new Promise((resolve) => setTimeout(resolve, Number(values.for) * 1000));
  clearInterval(ticker);
  say(population.report());
}

async function runAsTold(): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    if (line.trim() === "") continue;
    try {
      say({ ok: true, ...(await obey(population, JSON.parse(line) as Command)) });
    } catch (error) {
      say({ ok: false, error: error instanceof Error ? error.message : String(error) });
    }
  }
}

await (values.links === undefined ? runAsTold() : runAlone(values.links));
process.exit(0);
