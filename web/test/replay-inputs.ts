import { randomUUID } from "node:crypto";
import { WebinarId } from "@rostrum/protocol";
import type { Services } from "../src/server/services.ts";

type Who = { webinarId: string; slug: string; joinToken: string; viewerId: string };

/** Inputs that the procedures around a replay take. */
export async function replayInputs(
  services: Services,
  { webinarId, slug, joinToken, viewerId }: Who,
): Promise<Record<string, Record<string, unknown>>> {
  return {
    "caption.say": { id: randomUUID(), text: "What is being said" },
    "caption.list": { webinarId },
    "caption.edit": { webinarId, id: randomUUID(), text: "Corrected" },
    "caption.newKey": { webinarId },
    "replay.open": { slug },
    "replay.openByLink": { joinToken },
    "replay.watched": {
      pass: await services.tokens.signReplay(
        { webinarId: WebinarId.parse(webinarId), viewerId, known: true },
        60,
      ),
      visitId: randomUUID(),
      spans: [{ id: randomUUID(), fromMs: 0, toMs: 1000 }],
    },
    "replay.renew": {
      webinarId,
      pass: await services.tokens.signReplay(
        { webinarId: WebinarId.parse(webinarId), viewerId, known: true },
        60,
      ),
      range: "0-end",
    },
    "replay.settings": { webinarId },
    "replay.change": {
      webinarId,
      access: "registered",
      availableFrom: new Date("2030-01-01"),
      availableUntil: new Date("2030-02-01"),
      trimStartMs: 0,
      trimEndMs: 1000,
      showConversation: true,
      foundChapters: true,
    },
    "replay.keep": { webinarId, days: null },
    "replay.keepLonger": { webinarId, days: 30 },
    "replay.publish": { webinarId, published: false },
    "replay.mark": { webinarId, id: randomUUID(), title: "A chapter", atMs: 1000 },
    "replay.unmark": { webinarId, id: randomUUID() },
  };
}
