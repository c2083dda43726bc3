/** A launcher in miniature for tests: owns the process given on its command line, prints its id, and stays. */
import { Child } from "../child.ts";
import { Guard } from "../guard.ts";

const [log = "", ...command] = process.argv.slice(2);
const child = new Child(
  {
    name: "victim",
    command: command as [string, ...string[]],
    cwd: "/",
    env: { PATH: process.env.PATH ?? "" },
    ready: { kind: "alive", ms: 100 },
    readyMs: 5000,
    stop: { signal: "SIGTERM", graceMs: 1000, wave: 1 },
  },
  { log, guard: new Guard(), restart: true, onChange: () => {}, onTrouble: () => {} },
);
await child.start(() => {}, new AbortController().signal);
process.stdout.write(`${child.pid}\n`);
setInterval(() => {}, 1000);
