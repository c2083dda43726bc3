import { RostrumError } from "@rostrum/protocol";
import type { Services } from "./services.ts";

/**
 * Have the mail sink delete what it keeps for these addresses (normalised); nothing to do where a mail provider is
 * configured. Throws node.unavailable: what has been erased otherwise stays erased, and asking again finishes it.
 */
export async function forgetSunkMails(
  { config, log }: Pick<Services, "config" | "log">,
  addresses: readonly string[],
): Promise<void> {
  if (!config.MAIL_SINK_URL || addresses.length === 0) return;
  try {
    const response = await fetch(`${config.MAIL_SINK_URL}/api/forget`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ to: addresses }),
      signal: AbortSignal.timeout(30_000),
    });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
  } catch (error) {
    log.error({ err: error }, "the mail sink could not forget");
    throw new RostrumError(
      "node.unavailable",
      "The mails in the inbox could not be deleted yet. Please do it again.",
      { cause: error },
    );
  }
}
