import { counting } from "./count.ts";

const count = counting("en-GB");

/** What viewers of a recording read and hear. */
export const replayEn = {
  recording: "Recording",
  preview: "Preview",
  beside: "Beside the recording",
  tabs: { chapters: "Chapters", chat: "Chat", questions: "Q&A", polls: "Polls" },
  beginning: "Beginning",
  everything: "Show everything at once",
  over: "The recording is not available any more.",
  none: "There is no recording to watch here.",
  notYet: "This webinar is not over yet:",
  toRegistration: "To the registration",
  unreachable: "The recording cannot be reached",
  loading: "Loading",
  play: "Play the recording",
  again: "Play again",
  resumed: (time: string) => `You were at ${time}.`,
  startOver: "Start over",
  speed: "Speed",
  captions: "Captions",
  position: (time: string, length: string) => `${time} of ${length}`,
  goTo: (time: string, what: string) => `Go to ${time}, ${what}`,
  messageBy: (name: string) => `message by ${name}`,
  questionBy: (name: string) => `question by ${name}`,
  answer: "answer",
  poll: "poll",
  noChat: "Nobody wrote in the chat.",
  chatAppears: "Messages appear as they were written.",
  earlier: (messages: number) => count(messages, "earlier message", "earlier messages"),
  noQuestions: "Nobody asked a question.",
  questionsAppear: "Questions appear as they were asked.",
  noPolls: "There was no poll.",
  pollsAppear: "Polls appear as they were opened.",
  voteOpen: "The vote is open.",
};
