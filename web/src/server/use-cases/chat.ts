import { insertChat } from "@rostrum/db";
import { type RoomClaims, RostrumError } from "@rostrum/protocol";
import { publishRoomEvent } from "../room-events.ts";
import type { Services } from "../services.ts";

/** Post once per id: posting again is a retry. Throws conflict when the id is somebody else's message. */
export async function postChat(
  services: Services,
  who: RoomClaims,
  input: { id: string; text: string },
): Promise<void> {
  const { webinarId, participantId, name } = who;
  const message = await insertChat(services.db, {
    id: input.id,
    text: input.text,
    webinarId,
    participantId,
    name,
  });
  if (!message) throw new RostrumError("conflict", "This message id is taken.", { field: "id" });
  await publishRoomEvent(services, webinarId, { type: "chat.posted", message });
}
