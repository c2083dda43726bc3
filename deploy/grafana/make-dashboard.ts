/** Writes rostrum.json, the Grafana dashboard: `node deploy/grafana/make-dashboard.ts`. CI checks that it is current. */
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dashboard } from "./panels.ts";

const file = fileURLToPath(new URL("rostrum.json", import.meta.url));
const text = `${JSON.stringify(dashboard, null, 2)}\n`;
if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== text) {
    process.stderr.write(
      "deploy/grafana/rostrum.json is not current: node deploy/grafana/make-dashboard.ts\n",
    );
    process.exit(1);
  }
} else writeFileSync(file, text);
