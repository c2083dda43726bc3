import { Product } from "./product.ts";
import type { Progress } from "./progress.ts";
import type { RunFile } from "./run-file.ts";
import type { Settings } from "./settings.ts";
import { upPlan } from "./up-plan.ts";

/** The links a newcomer wants, one a line. */
export function summary(run: RunFile, inboxHere: boolean): string {
  const demo = run.demo ?? {};
  const rows: [string, unknown][] = [
    ["Site", run.urls.web],
    ["Host studio", demo.hostUrl],
    ["Registration page", demo.registerUrl],
    ["Attendee (WebRTC)", demo.attendeeUrl],
    ["Overflow viewer (HLS)", demo.watchUrl],
    ["Mail inbox", inboxHere ? run.urls.inbox : undefined],
  ];
  const lines = rows.flatMap(([label, url]) =>
    typeof url === "string" ? [`  ${label.padEnd(24)}${url}`] : [],
  );
  const live =
    run.pids.panelists === undefined
      ? ""
      : "\n  The demo webinar is on air: synthetic panelists speak in turns.\n";
  return `\nRostrum is running.\n\n${lines.join("\n")}\n${live}\n  Ctrl-C or ./rostrum down stops it. Data and logs: ${run.home}\n`;
}

/**
 * Bring the product up, call `onReady`, and stay until a signal asks to stop. Resolves with the exit code once nothing of
 * it runs any more. A second signal kills at once.
 */
export async function up(
  settings: Settings,
  progress: Progress,
  options: { live?: boolean } = {},
): Promise<number> {
  const product = new Product(settings, progress);
  let asked = 0;
  const signalled = new Promise<string>((resolve) => {
    for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(name, () => {
        asked += 1;
        if (asked === 1) {
          progress.line(`${name === "SIGINT" ? "\n" : ""}stopping (once more to kill at once)`);
          resolve(name);
          void product.stop();
        } else product.abandon();
      });
    }
  });
  try {
    const run = await product.start((bringing) => upPlan(bringing, { live: options.live ?? false }));
    process.stdout.write(`${summary(run, !settings.external.smtpUrl)}\n`);
    await signalled;
  } catch (error) {
    if (asked === 0) throw error;
  }
  await progress.during("stopped", () => product.stop());
  return 0;
}
