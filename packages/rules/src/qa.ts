import type { Question, WebinarPhase } from "@rostrum/protocol";
import { type Decision, nothing } from "./decision.ts";

export type QuestionCommand =
  | { type: "upvote"; upvoted: boolean }
  | { type: "withdraw-upvote"; upvoted: boolean }
  | { type: "answer" }
  | { type: "dismiss" };

export type QuestionEvent =
  | { type: "upvoted" }
  | { type: "upvote-withdrawn" }
  | { type: "answered"; at: number }
  | { type: "dismissed" };

/** Questions are asked until the webinar has ended. */
export const decideAsk = (phase: WebinarPhase): Decision<{ type: "asked" }> =>
  phase === "ended" ? { refused: "webinar.ended" } : { events: [{ type: "asked" }] };

/**
 * What a command makes of a question. `upvoted`: whether this person's upvote counts already. A dismissed question is
 * gone for everyone; an answer is given once.
 */
export function decideQuestion(
  question: Question,
  command: QuestionCommand,
  now: number,
): Decision<QuestionEvent> {
  if (question.status === "dismissed")
    return command.type === "dismiss" ? nothing : { refused: "not-found", field: "questionId" };
  switch (command.type) {
    case "upvote":
      return command.upvoted ? nothing : { events: [{ type: "upvoted" }] };
    case "withdraw-upvote":
      return command.upvoted ? { events: [{ type: "upvote-withdrawn" }] } : nothing;
    case "answer":
      return question.status === "answered" ? nothing : { events: [{ type: "answered", at: now }] };
    case "dismiss":
      return { events: [{ type: "dismissed" }] };
  }
}

export function evolveQuestion(question: Question, event: QuestionEvent): Question {
  switch (event.type) {
    case "upvoted":
      return { ...question, upvotes: question.upvotes + 1 };
    case "upvote-withdrawn":
      return { ...question, upvotes: Math.max(0, question.upvotes - 1) };
    case "answered":
      return { ...question, status: "answered", answeredAt: event.at };
    case "dismissed":
      return { ...question, status: "dismissed" };
  }
}
