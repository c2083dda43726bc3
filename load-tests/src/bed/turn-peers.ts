import { createHmac } from "node:crypto";
import { run } from "./command.ts";
import type { Host } from "./host.ts";

/**
 * Whether the TURN server would relay from this host to a peer, with credentials as web gives them out (coturn's
 * `use-auth-secret`). Undefined when the machine has no TURN client (turnutils_uclient comes with coturn).
 */
export async function relaysTo(
  from: Host,
  turn: { host: string; port: number; secret: string },
  peer: string,
): Promise<boolean | undefined> {
  const user = `${Math.floor(Date.now() / 1000) + 600}:probe`;
  const password = createHmac("sha1", turn.secret).update(user).digest("base64");
  const account = ["-u", user, "-w", password];
  const oneMessage = ["-n", "1", "-m", "1", "-c", "-g", "-r", "9"];
  const server = ["-p", String(turn.port), turn.host];
  const command = ["turnutils_uclient", ...account, "-e", peer, ...oneMessage, ...server];
  const { code, stdout, stderr } = await run(from.wrap(command), 3000);
  if (code === 127) return undefined;
  return !`${stdout}${stderr}`.includes("403 (Forbidden IP)");
}
