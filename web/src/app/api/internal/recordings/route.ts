import { listDeletedFiles, noteFilesDeleted } from "@rostrum/db";
import { RecordingsHeld, RostrumError } from "@rostrum/protocol";
import { readBody, requireNode, respond } from "../../../../server/handler.ts";
import { services } from "../../../../server/services.ts";

/** A media node asks which recordings' files are to go. Answers a `RecordingsDeleted`. */
export function POST(request: Request): Promise<Response> {
  const shared = services();
  return respond(shared, async () => {
    await requireNode(shared, request);
    const told = RecordingsHeld.safeParse(
      await readBody(request)
        .then(JSON.parse)
        .catch(() => undefined),
    );
    if (!told.success) throw new RostrumError("input.invalid", "The list is not well formed.");
    await noteFilesDeleted(shared.db, told.data.gone, new Date());
    return Response.json({ deleted: await listDeletedFiles(shared.db, told.data.held) });
  });
}

export const dynamic = "force-dynamic";
