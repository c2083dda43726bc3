import { EntityId, ParticipantId, type Poll, type Question } from "@rostrum/protocol";
import { describe, expect, it } from "vitest";
import { chapterMark, markOf } from "./programme-marks.ts";

const id = EntityId.parse("00000000-0000-4000-8000-000000000001");
const poll = (over: Partial<Poll>): Poll => ({
  id,
  question: "Which one?",
  options: [],
  status: "open",
  openedAt: 1000,
  closedAt: null,
  tally: { pollId: id, version: 0, counts: {}, voters: 0 },
  ...over,
});
const question = (over: Partial<Question>): Question => ({
  id,
  participantId: ParticipantId.parse("00000000-0000-4000-8000-000000000002"),
  name: "Ann Example",
  text: "My number is 123",
  status: "answered",
  upvotes: 3,
  askedAt: 500,
  answeredAt: 2000,
  ...over,
});

describe("what players of the broadcast are told", () => {
  it("is a poll from its opening to its end, and another one when it is opened again", () => {
    const told = (over: Partial<Poll>) => markOf({ type: "poll.changed", poll: poll(over) });
    expect(told({ status: "draft", openedAt: null })).toEqual({ field: `poll-${id}`, mark: null });
    const open = told({})?.mark;
    expect(open).toMatchObject({ kind: "poll", startsAt: 1000, endsAt: null, title: "Which one?" });
    expect(told({ status: "closed", closedAt: 4000 })?.mark).toEqual({ ...open, endsAt: 4000 });
    expect(told({ openedAt: 9000 })?.mark?.id).not.toBe(open?.id);
  });

  it("is that a question was answered, without what was asked and by whom", () => {
    const told = (over: Partial<Question>) => markOf({ type: "question.changed", question: question(over) });
    expect(told({})?.mark).toMatchObject({ kind: "question", startsAt: 2000, endsAt: 2000, title: null });
    expect(JSON.stringify(told({}))).not.toMatch(/Ann|number|0002/);
    expect(told({ status: "open", answeredAt: null })).toEqual({ field: `question-${id}`, mark: null });
    expect(markOf({ type: "question.removed", questionId: id })).toEqual({
      field: `question-${id}`,
      mark: null,
    });
  });

  it("is a chapter under its title; with another title, another one in its place", () => {
    const first = chapterMark({ id: "a", title: "Opening", startsAt: 5 });
    const second = chapterMark({ id: "a", title: "Welcome", startsAt: 5 });
    expect(first.field).toBe(second.field);
    expect(first.mark?.id).not.toBe(second.mark?.id);
    expect(chapterMark({ id: "a", title: "Opening", startsAt: 5 })).toEqual(first);
  });

  it("is nothing else", () => {
    expect(markOf({ type: "speaker.changed", participantId: null })).toBeUndefined();
  });
});
