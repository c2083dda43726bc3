/**
 * An audience of HLS viewers: `main.ts FOLDER_URL VIEWERS RAMP_S SECONDS [PART_MS]`. Says `steady` on a line of its own
 * when all have come, and one JSON object (AudienceReport) at the end. What web gives as access is taken from stdin, a JSON array
 * a line: the address alone opens for two minutes at most.
 */
import { ViewerLedger } from "./ledger.ts";
import { Turns } from "./turns.ts";
import { Viewer } from "./viewer.ts";

const [folder = "", viewers = "100", ramp = "10", seconds = "20", partMs = "333.3"] = process.argv.slice(2);
const count = Number(viewers);
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const ledger = new ViewerLedger(Number(partMs));
const turns = new Turns();
turns.listen(process.stdin);
const audience: Viewer[] = [];
for (let i = 0; i < count; i += 1) {
  const viewer = new Viewer(new URL(folder), ledger, turns);
  audience.push(viewer);
  void viewer.watch(true);
  await sleep((Number(ramp) * 1000) / count);
}
await sleep(3000);
ledger.begin();
process.stdout.write("steady\n");
await sleep(Number(seconds) * 1000);
const report = ledger.report(count);
for (const viewer of audience) viewer.stop();
process.stdout.write(`${JSON.stringify(report)}\n`);
process.exit(0);
