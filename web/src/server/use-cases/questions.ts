import {
  addUpvote,
  findQuestion,
  insertQuestion,
  removeUpvote,
  setQuestionStatus,
  type Webinar,
} from "@rostrum/db";
import { type Question, type RoomClaims, RostrumError } from "@rostrum/protocol";
import { announce } from "../room-events.ts";
import type { Services } from "../services.ts";

type Where = { webinarId: string; questionId: string };

/** Throws not-found, also for a question of another webinar. */
async function requireQuestion(services: Services, { webinarId, questionId }: Where): Promise<Question> {
  const question = await findQuestion(services.db, webinarId, questionId);
  if (!question) throw new RostrumError("not-found", "There is no such question.", { field: "questionId" });
  return question;
}

/** Tell the room, answer the question as it is stored. */
async function announceQuestion(services: Services, where: Where): Promise<Question> {
  const { webinarId, questionId } = where;
  await announce(services, webinarId, `question:${questionId}`, async () => {
    const question = await findQuestion(services.db, webinarId, questionId);
    if (!question) return undefined;
    return question.status === "dismissed"
      ? { body: { type: "question.removed", questionId } }
      : { body: { type: "question.changed", question } };
  });
  return requireQuestion(services, where);
}

/** Ask once per id: asking again is a retry. Throws conflict when the id is somebody else's question. */
export async function askQuestion(
  services: Services,
  who: RoomClaims,
  input: { id: string; text: string },
): Promise<Question> {
  const { webinarId, participantId, name } = who;
  await insertQuestion(services.db, { id: input.id, text: input.text, webinarId, participantId, name });
  const stored = await findQuestion(services.db, webinarId, input.id);
  if (stored?.participantId !== participantId)
    throw new RostrumError("conflict", "This question id is taken.", { field: "id" });
  return announceQuestion(services, { webinarId, questionId: input.id });
}

/** Add or take back the participant's one upvote; repeating it changes nothing. */
export async function upvoteQuestion(
  services: Services,
  who: RoomClaims,
  input: { questionId: string; up: boolean },
): Promise<Question> {
  const where = { webinarId: who.webinarId, questionId: input.questionId };
  const question = await requireQuestion(services, where);
  const change = input.up ? addUpvote : removeUpvote;
  const changed = await change(services.db, input.questionId, who.participantId);
  return changed ? announceQuestion(services, where) : question;
}

export async function settleQuestion(
  services: Services,
  webinar: Webinar,
  input: { questionId: string; status: "answered" | "dismissed" },
): Promise<Question> {
  const where = { webinarId: webinar.id, questionId: input.questionId };
  await requireQuestion(services, where);
  await setQuestionStatus(services.db, input.questionId, input.status);
  return announceQuestion(services, where);
}
