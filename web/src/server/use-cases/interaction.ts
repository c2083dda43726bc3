import {
  addUpvote,
  findPoll,
  findQuestion,
  findVote,
  insertChat,
  insertPoll,
  insertQuestion,
  insertVote,
  lowerHand,
  movePoll,
  raiseHand,
  removeUpvote,
  setQuestionStatus,
  type Webinar,
} from "@rostrum/db";
import { type Question, type RoomClaims, RostrumError } from "@rostrum/protocol";
import { publishRoomEvent } from "../room-events.ts";
import type { Services } from "../services.ts";

/** The question as stored, told to the room. Throws not-found for a question of another webinar. */
async function announceQuestion(
  services: Services,
  webinarId: string,
  questionId: string,
): Promise<Question> {
  const question = await findQuestion(services.db, webinarId, questionId);
  if (!question) throw new RostrumError("not-found", "There is no such question.", { field: "questionId" });
  if (question.status === "dismissed")
    await publishRoomEvent(services, webinarId, { type: "question.removed", questionId });
  else await publishRoomEvent(services, webinarId, { type: "question.changed", question });
  return question;
}

async function requireQuestion(services: Services, webinarId: string, questionId: string): Promise<void> {
  const question = await findQuestion(services.db, webinarId, questionId);
  if (!question) throw new RostrumError("not-found", "There is no such question.", { field: "questionId" });
}

export async function askQuestion(
  services: Services,
  who: RoomClaims,
  input: { id: string; text: string },
): Promise<Question> {
  await insertQuestion(services.db, {
    id: input.id,
    text: input.text,
    webinarId: who.webinarId,
    participantId: who.participantId,
    name: who.name,
  });
  return announceQuestion(services, who.webinarId, input.id);
}

export async function upvoteQuestion(
  services: Services,
  who: RoomClaims,
  input: { questionId: string; up: boolean },
): Promise<Question> {
  await requireQuestion(services, who.webinarId, input.questionId);
  if (input.up) await addUpvote(services.db, input.questionId, who.participantId);
  else await removeUpvote(services.db, input.questionId, who.participantId);
  return announceQuestion(services, who.webinarId, input.questionId);
}

export async function settleQuestion(
  services: Services,
  webinar: Webinar,
  input: { questionId: string; status: "answered" | "dismissed" },
): Promise<Question> {
  await requireQuestion(services, webinar.id, input.questionId);
  await setQuestionStatus(services.db, input.questionId, input.status);
  return announceQuestion(services, webinar.id, input.questionId);
}

async function announcePoll(services: Services, pollId: string) {
  const found = await findPoll(services.db, pollId);
  if (!found) throw new RostrumError("not-found", "There is no such poll.", { field: "pollId" });
  const { webinarId, ...poll } = found;
  await publishRoomEvent(
    services,
    webinarId,
    { type: "poll.changed", poll },
    poll.status === "draft" ? "hosts" : "all",
  );
  return poll;
}

export async function createPoll(
  services: Services,
  webinar: Webinar,
  input: { question: string; options: string[] },
) {
  const pollId = await insertPoll(services.db, { webinarId: webinar.id, ...input });
  return announcePoll(services, pollId);
}

export async function changePoll(services: Services, pollId: string, to: "open" | "closed") {
  await movePoll(services.db, pollId, to);
  return announcePoll(services, pollId);
}

/** Count a vote once. Throws poll.already-voted for a second one, unless it is the same vote again (a retry). */
export async function castVote(
  services: Services,
  who: RoomClaims,
  input: { pollId: string; optionId: string; retry: boolean },
) {
  const poll = await findPoll(services.db, input.pollId);
  if (poll?.webinarId !== who.webinarId)
    throw new RostrumError("not-found", "There is no such poll.", { field: "pollId" });
  const result = await insertVote(services.db, {
    pollId: input.pollId,
    optionId: input.optionId,
    participantId: who.participantId,
  });
  if (result === "closed") throw new RostrumError("poll.closed", "This poll is closed.");
  if (result === "unknown-option")
    throw new RostrumError("not-found", "The poll has no such option.", { field: "optionId" });
  if (result === "already-voted") {
    const before = await findVote(services.db, input.pollId, who.participantId);
    if (!input.retry || before !== input.optionId)
      throw new RostrumError("poll.already-voted", "Your vote is counted already.");
  }
  const counted = await findPoll(services.db, input.pollId);
  if (counted)
    await publishRoomEvent(services, who.webinarId, { type: "poll.tallied", tally: counted.tally });
  return { optionId: input.optionId };
}

export async function raise(services: Services, who: RoomClaims): Promise<void> {
  const hand = await raiseHand(services.db, {
    webinarId: who.webinarId,
    participantId: who.participantId,
    name: who.name,
  });
  await publishRoomEvent(services, who.webinarId, { type: "hand.raised", hand }, "hosts");
}

export async function lower(services: Services, webinarId: string, participantId: string): Promise<void> {
  await lowerHand(services.db, webinarId, participantId);
  await publishRoomEvent(
    services,
    webinarId,
    { type: "hand.lowered", participantId: participantId as RoomClaims["participantId"] },
    "all",
  );
}

export async function postChat(
  services: Services,
  who: RoomClaims,
  input: { id: string; text: string },
): Promise<void> {
  const message = await insertChat(services.db, {
    id: input.id,
    text: input.text,
    webinarId: who.webinarId,
    participantId: who.participantId,
    name: who.name,
  });
  if (!message) throw new RostrumError("conflict", "This message id is taken.", { field: "id" });
  await publishRoomEvent(services, who.webinarId, { type: "chat.posted", message });
}
