import { findRecording, findWebinar, listChat, listHands, listPolls, listQuestions } from "@rostrum/db";
import { RoomSnapshot, RostrumError, roomLogKey, StageState, stageStateKey } from "@rostrum/protocol";
import { keptChat } from "@rostrum/rules";
import type { Services } from "../services.ts";
import { brandOf } from "./public-page.ts";

/** Questions a room shows: the newest, so that a snapshot stays small enough to send. */
const keptQuestions = 500;

/**
 * A room from the database, as of a position in its event log that was read first: what is appended meanwhile is
 * applied twice at worst, never missed. Who is on stage comes from what the origin left in Redis; presence is the
 * edges' own.
 */
export async function roomSnapshot(services: Services, webinarId: string): Promise<RoomSnapshot> {
  const { seq, epoch } = await services.events.position(roomLogKey(webinarId)).catch((error: unknown) => {
    throw new RostrumError("node.unavailable", "The room's log cannot be read.", { cause: error });
  });
  const { db } = services;
  const webinar = await findWebinar(db, webinarId);
  if (!webinar) throw new RostrumError("not-found", "There is no such webinar.");
  const [questions, polls, hands, chat, recording, stage, brand] = await Promise.all([
    listQuestions(db, webinarId, keptQuestions),
    listPolls(db, webinarId),
    listHands(db, webinarId),
    listChat(db, webinarId, keptChat),
    findRecording(db, webinarId),
    stageState(services, webinarId),
    brandOf(services, webinar),
  ]);
  return RoomSnapshot.parse({
    webinarId,
    epoch,
    seq,
    title: webinar.title,
    brand,
    locale: webinar.locale,
    phase: webinar.phase,
    startsAt: webinar.startsAt.getTime(),
    liveAt: webinar.liveAt?.getTime() ?? null,
    endedAt: webinar.endedAt?.getTime() ?? null,
    layout: webinar.layout,
    stage: stage.members,
    speaker: stage.speaker,
    questions,
    polls,
    hands,
    chat,
    presence: { webrtc: 0, hls: 0 },
    caption: null,
    recordingMs: recording?.durationMs ?? null,
  });
}

async function stageState(services: Services, webinarId: string): Promise<StageState> {
  const text = await services.redis.get(stageStateKey(webinarId)).catch(() => null);
  return (text && StageState.safeParse(JSON.parse(text)).data) || { members: [], speaker: null };
}
