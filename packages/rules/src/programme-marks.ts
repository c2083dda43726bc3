import type { Poll, ProgrammeMark, Question, RoomEventBody } from "@rostrum/protocol";

/** A change of the marks: under a field that stays the thing's own; null: it has none (any more). */
export type MarkChange = { field: string; mark: ProgrammeMark | null };

/** Short and the same for the same text (FNV-1a): what is told under another title is told under another id. */
function revisionOf(text: string): string {
  let hash = 0x811c9dc5;
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  return hash.toString(36);
}

/** What players of the broadcast are told when something happens in the room; undefined: nothing. */
export function markOf(body: RoomEventBody): MarkChange | undefined {
  if (body.type === "poll.changed") return ofPoll(body.poll);
  if (body.type === "question.changed") return ofQuestion(body.question);
  if (body.type === "question.removed") return { field: `question-${body.questionId}`, mark: null };
  return undefined;
}

/** A poll lasts from its opening to its end; opened again it is another one. */
function ofPoll({ id, question, status, openedAt, closedAt }: Poll): MarkChange {
  const field = `poll-${id}`;
  if (status === "draft" || openedAt === null) return { field, mark: null };
  const endsAt = status === "closed" ? Math.max(openedAt, closedAt ?? openedAt) : null;
  return {
    field,
    mark: { id: `${field}-${openedAt}`, kind: "poll", startsAt: openedAt, endsAt, title: question },
  };
}

/** What was asked, and by whom, is not told: only that there was an answer. */
function ofQuestion({ id, status, answeredAt }: Question): MarkChange {
  const field = `question-${id}`;
  if (status !== "answered" || answeredAt === null) return { field, mark: null };
  const moment = { startsAt: answeredAt, endsAt: answeredAt };
  return { field, mark: { id: `${field}-${answeredAt}`, kind: "question", ...moment, title: null } };
}

/** A mark on the agenda: it lasts until the next one. */
export function chapterMark(chapter: { id: string; title: string; startsAt: number }): MarkChange {
  const { id, title, startsAt } = chapter;
  const field = `chapter-${id}`;
  const told = `${field}-${startsAt}-${revisionOf(title)}`;
  return { field, mark: { id: told, kind: "chapter", startsAt, endsAt: null, title } };
}
