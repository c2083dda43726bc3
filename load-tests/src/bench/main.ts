/** `bench NAME [--short] [--json]`: progress on stderr, one JSON object as the last line of stdout. */
import { measureAudience } from "./audience.ts";
import { measureJoins } from "./joins.ts";
import { measureKills } from "./kills.ts";
import { measurePath } from "./path.ts";
import { measureProgramme } from "./programme.ts";
import { measureRegistration } from "./registration.ts";
import { measureRelief } from "./relief.ts";
import { measureSlice } from "./slice.ts";
import { measureSvc } from "./svc.ts";

/** Each answers one object; a value that is null could not be measured. */
const benches: Record<string, (options: { short: boolean }) => Promise<object>> = {
  slice: measureSlice,
  audience: measureAudience,
  joins: measureJoins,
  kills: measureKills,
  path: measurePath,
  programme: measureProgramme,
  registration: measureRegistration,
  relief: measureRelief,
  svc: measureSvc,
};

const [name = ""] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const short = process.argv.includes("--short");
const measure = benches[name];
if (!measure) {
  process.stderr.write(
    `bench: "${name}" cannot be measured yet; there is: ${Object.keys(benches).join(", ")}\n`,
  );
  process.exit(64); // EX_USAGE
}
try {
  const result = await measure({ short });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(Object.values(result).some((value) => value === null) ? 1 : 0);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
