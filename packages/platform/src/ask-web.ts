import { type NodeClaims, RostrumError, WireError } from "@rostrum/protocol";
import type { z } from "zod";
import type { Tokens } from "./tokens.ts";

/** Who asks, and where web is. */
export type WebAsker = { webUrl: string; tokens: Tokens; claims: NodeClaims };

/**
 * POST a question to web's internal API with a node credential. A refusal of web's comes back as its RostrumError; throws
 * node.unavailable when web is away, fails itself, or answers what `schema` does not know.
 */
export async function askWeb<Schema extends z.ZodType>(
  asker: WebAsker,
  question: { path: string; body: unknown; schema: Schema },
): Promise<z.infer<Schema>> {
  const response = await fetch(`${asker.webUrl}${question.path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${await asker.tokens.signNode(asker.claims)}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(question.body),
    signal: AbortSignal.timeout(4000),
  }).catch((error: unknown) => {
    throw new RostrumError("node.unavailable", "web cannot be reached.", { cause: error });
  });
  const body: unknown = await response.json().catch(() => undefined);
  const answer = response.ok ? question.schema.safeParse(body) : undefined;
  if (answer?.success) return answer.data;
  const refusal = WireError.safeParse((body as { error?: unknown } | undefined)?.error).data;
  if (refusal && response.status >= 400 && response.status < 500)
    throw new RostrumError(refusal.code, refusal.message);
  throw new RostrumError("node.unavailable", `web answered ${response.status}.`);
}
