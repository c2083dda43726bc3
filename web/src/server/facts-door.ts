import { acceptFacts } from "@rostrum/db";
import { FactBatch, RostrumError } from "@rostrum/protocol";
import { methodRefused, readBody, requireNode } from "./handler.ts";
import type { HttpRequest } from "./held-request.ts";
import { publishRoomEvent } from "./room-events.ts";
import type { Services } from "./services.ts";

export const factsPath = "/api/internal/facts";

/** What media nodes know and the database must not lose. Every join and leave of a crowd comes by here. */
export async function handleFacts(services: Services, request: HttpRequest): Promise<Response> {
  if (request.method !== "POST") return methodRefused(["POST"]);
  await requireNode(services, request);
  const batch = FactBatch.safeParse(parse(await readBody(request)));
  if (!batch.success)
    throw new RostrumError("input.invalid", "The facts are not well formed.", {
      field: batch.error.issues[0]?.path.join(".") ?? "",
    });
  const { accepted, fresh } = await acceptFacts(services.db, batch.data.facts);
  for (const fact of fresh) {
    if (fact.type === "recording.ready") {
      await publishRoomEvent(services, fact.webinarId, {
        type: "recording.ready",
        durationMs: fact.durationMs,
      });
    } else if (fact.type === "programme.alert") {
      services.log.error(
        { webinarId: fact.webinarId, code: fact.code, message: fact.message },
        "a programme alert",
      );
    } else if (fact.type === "programme.failed") {
      services.log.error({ webinarId: fact.webinarId, message: fact.message }, "a programme failed");
    }
  }
  return Response.json({ accepted });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RostrumError("message.malformed", "The body is not JSON.", { cause: error });
  }
}
