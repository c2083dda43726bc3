import { acceptFacts } from "@rostrum/db";
import { FactBatch, RostrumError } from "@rostrum/protocol";
import { readBody, requireNode, respond } from "../../../../server/handler.ts";
import { publishRoomEvent } from "../../../../server/room-events.ts";
import { services } from "../../../../server/services.ts";

export function POST(request: Request): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    await requireNode(shared, request);
    const batch = FactBatch.safeParse(parse(await readBody(request)));
    if (!batch.success)
      throw new RostrumError("input.invalid", "The facts are not well formed.", {
        field: batch.error.issues[0]?.path.join(".") ?? "",
      });
    const { accepted, fresh } = await acceptFacts(shared.db, batch.data.facts);
    for (const fact of fresh) {
      if (fact.type === "recording.ready") {
        await publishRoomEvent(shared, fact.webinarId, {
          type: "recording.ready",
          durationMs: fact.durationMs,
        });
      } else if (fact.type === "programme.alert") {
        shared.log.error(
          { webinarId: fact.webinarId, code: fact.code, message: fact.message },
          "a programme alert",
        );
      } else if (fact.type === "programme.failed") {
        shared.log.error({ webinarId: fact.webinarId, message: fact.message }, "a programme failed");
      }
    }
    return Response.json({ accepted });
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RostrumError("message.malformed", "The body is not JSON.", { cause: error });
  }
}

export const dynamic = "force-dynamic";
