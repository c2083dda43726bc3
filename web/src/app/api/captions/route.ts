import { EntityId, EpochMs, limits, RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { readBody, respond } from "../../../server/handler.ts";
import { prose } from "../../../server/inputs.ts";
import { limitRate } from "../../../server/rate-limit.ts";
import { services } from "../../../server/services.ts";
import { captionedBy, sayCaptions } from "../../../server/use-cases/captions.ts";

const Lines = z.strictObject({
  lines: z
    .array(
      z.strictObject({
        id: EntityId.default(() => crypto.randomUUID()),
        text: prose(limits.captionChars, "a line").refine((text) => text !== "", "Enter a line."),
        startsAt: EpochMs.optional(),
        endsAt: EpochMs.optional(),
      }),
    )
    .min(1)
    .max(20, "At most 20 lines at once."),
});

/** Captions from a captioning service, human or not: its key as `Authorization: Bearer`, lines as JSON. */
export function POST(request: Request): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    const header = request.headers.get("authorization") ?? "";
    if (!header.startsWith("Bearer ")) throw new RostrumError("token.missing", "A captioning key is needed.");
    const webinarId = await captionedBy(shared, header.slice(7));
    await limitRate(shared, `captions:${webinarId}`, { limit: 600, windowMs: 60_000 });
    const body = Lines.safeParse(parse(await readBody(request)));
    if (!body.success) {
      const issue = body.error.issues[0];
      throw new RostrumError("input.invalid", issue?.message ?? "The lines are not well formed.", {
        field: issue?.path.join(".") ?? "",
      });
    }
    await sayCaptions(shared, webinarId, body.data.lines);
    return Response.json({ accepted: body.data.lines.map(({ id }) => id) });
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
