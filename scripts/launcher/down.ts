import type { Progress } from "./progress.ts";
import { isLauncher, readRunFile } from "./run-file.ts";
import type { Settings } from "./settings.ts";
import { Trouble } from "./trouble.ts";

const PATIENCE_MS = 60_000;

/** Ask the launcher of this home to stop, and wait until it is gone. */
export async function down(settings: Settings, progress: Progress): Promise<number> {
  const run = readRunFile(settings.home);
  if (!run) {
    progress.line(`nothing runs in ${settings.home}`);
    return 0;
  }
  await progress.during("stopping", async () => {
    process.kill(run.pid, "SIGTERM");
    const deadline = Date.now() + PATIENCE_MS;
    while (isLauncher(run.pid)) {
      if (Date.now() > deadline) {
        throw new Trouble(`pid ${run.pid} does not stop`, `kill -KILL ${run.pid}: its processes end with it`);
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  });
  return 0;
}
