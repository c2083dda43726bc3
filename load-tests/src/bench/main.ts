/** `bench NAME [--short] [--json]`: progress on stderr, one JSON object as the last line of stdout. */
import { measureSlice } from "./slice.ts";

const [name] = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const short = process.argv.includes("--short");
if (name !== "slice") {
  process.stderr.write(`bench: "${name ?? ""}" cannot be measured yet; there is: slice\n`);
  process.exit(64); // EX_USAGE
}
try {
  const result = await measureSlice({ short });
  process.stdout.write(`${JSON.stringify(result)}\n`);
  process.exit(Object.values(result).some((value) => value === null) ? 1 : 0);
} catch (error) {
  process.stderr.write(`bench: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(1);
}
