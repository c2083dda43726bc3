import {
  findPoll,
  findPollWebinar,
  findVote,
  insertPoll,
  insertVote,
  movePoll,
  type Webinar,
} from "@rostrum/db";
import { type Poll, type RoomClaims, RostrumError } from "@rostrum/protocol";
import { announce } from "../room-events.ts";
import type { Services } from "../services.ts";

/** Tell the room, hosts only while it is a draft; answer the poll as it is stored. Throws not-found. */
async function announcePoll(services: Services, pollId: string): Promise<Poll> {
  const found = await findPoll(services.db, pollId);
  if (!found) throw new RostrumError("not-found", "There is no such poll.", { field: "pollId" });
  await announce(services, found.webinarId, `poll:${pollId}`, async () => {
    const current = await findPoll(services.db, pollId);
    if (!current) return undefined;
    const { webinarId: _, ...poll } = current;
    return { body: { type: "poll.changed", poll }, audience: poll.status === "draft" ? "hosts" : "all" };
  });
  const { webinarId: _, ...poll } = found;
  return poll;
}

export async function createPoll(
  services: Services,
  webinar: Webinar,
  input: { question: string; options: string[] },
): Promise<Poll> {
  const { question, options } = input;
  return announcePoll(services, await insertPoll(services.db, { webinarId: webinar.id, question, options }));
}

export async function changePoll(services: Services, pollId: string, to: "open" | "closed"): Promise<Poll> {
  await movePoll(services.db, pollId, to);
  return announcePoll(services, pollId);
}

/**
 * Count a vote once; it is stored when this resolves. The room hears of the tally, at most four times a second. Throws
 * poll.already-voted for a second vote, unless it is the same one again (a retry).
 */
export async function castVote(
  services: Services,
  who: RoomClaims,
  input: { pollId: string; optionId: string; retry: boolean },
): Promise<{ optionId: string }> {
  const { webinarId, participantId } = who;
  const { pollId, optionId } = input;
  if ((await findPollWebinar(services.db, pollId)) !== webinarId)
    throw new RostrumError("not-found", "There is no such poll.", { field: "pollId" });
  const result = await insertVote(services.db, { pollId, optionId, participantId });
  if (result === "closed") throw new RostrumError("poll.closed", "This poll is closed.");
  if (result === "unknown-option")
    throw new RostrumError("not-found", "The poll has no such option.", { field: "optionId" });
  if (result === "already-voted") {
    const before = await findVote(services.db, pollId, participantId);
    if (!input.retry || before !== optionId)
      throw new RostrumError("poll.already-voted", "Your vote is counted already.");
    return { optionId };
  }
  await announce(services, webinarId, `tally:${pollId}`, async () => {
    const poll = await findPoll(services.db, pollId);
    return poll && { body: { type: "poll.tallied", tally: poll.tally } };
  });
  return { optionId };
}
