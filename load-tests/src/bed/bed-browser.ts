import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Browser } from "playwright-core";
import { chromiumPath, launchBrowser } from "../e2e/browser.ts";
import type { Bed } from "./bed.ts";
import { trustInHome } from "./certificate.ts";
import type { Host } from "./host.ts";

/** A Chromium on a host of the bed, trusting the bed's authority. It is driven over a pipe, which no firewall sees. */
export async function launchOnHost(bed: Bed, host: Host, authority: string): Promise<Browser> {
  const home = path.join(bed.folder, `home-${host.name}`);
  mkdirSync(home, { recursive: true });
  const trusted = await trustInHome(home, authority);
  const script = path.join(bed.folder, `chromium-${host.name}.sh`);
  writeFileSync(script, `#!/bin/sh\nexec ${host.wrap([chromiumPath()]).join(" ")} "$@"\n`);
  chmodSync(script, 0o755);
  return launchBrowser({
    executablePath: script,
    env: { ...process.env, HOME: home },
    args: trusted ? [] : ["--ignore-certificate-errors"],
  });
}
