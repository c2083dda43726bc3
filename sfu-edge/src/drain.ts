import { type Registry, sleep } from "@rostrum/platform";
import type { Attendee } from "./attendee.ts";

/** People are told to go over this time, so that they do not all arrive elsewhere at once, ms. */
const spreadMs = 1000;
/** Time to have another edge's picture before this one's ends, ms. Under the grace that whoever stops us gives. */
export const drainWithinMs = 8000;
const lookMs = 100;

type DrainOptions = { nodeId: string; registry: Registry; attendees: () => Attendee[] };

/**
 * Ask everybody to move and wait until they have: a client connects to another edge first and leaves this one then. Who
 * is still here at the end, or when there is no edge left to go to, is closed with `draining`.
 */
export async function drainEdge({ nodeId, registry, attendees }: DrainOptions): Promise<void> {
  for (const { socket } of attendees())
    socket.notify("node.draining", { delayMs: Math.floor(Math.random() * spreadMs) });
  const until = performance.now() + drainWithinMs;
  for (let looks = 0; attendees().length > 0 && performance.now() < until; looks++) {
    // A whole installation that stops need not wait for people who have nowhere to go.
    if (looks % 10 === 0 && !(await othersServe(nodeId, registry))) break;
    await sleep(lookMs);
  }
  for (const { socket } of attendees()) socket.close("draining");
}

async function othersServe(nodeId: string, registry: Registry): Promise<boolean> {
  const edges = await registry.list("edge").catch(() => undefined);
  return edges?.some((edge) => edge.nodeId !== nodeId && !edge.draining) ?? true;
}
