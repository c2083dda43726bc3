import { counting } from "./count.ts";
import type { replayEn } from "./replay-en.ts";

const count = counting("de-DE");

export const replayDe: typeof replayEn = {
  recording: "Aufzeichnung",
  preview: "Vorschau",
  beside: "Neben der Aufzeichnung",
  tabs: { chapters: "Kapitel", chat: "Chat", questions: "Fragen", polls: "Umfragen" },
  beginning: "Anfang",
  everything: "Alles auf einmal zeigen",
  over: "Die Aufzeichnung ist nicht mehr verfügbar.",
  none: "Hier gibt es keine Aufzeichnung zu sehen.",
  notYet: "Dieses Webinar ist noch nicht vorbei:",
  toRegistration: "Zur Anmeldung",
  unreachable: "Die Aufzeichnung ist nicht zu erreichen",
  loading: "Wird geladen",
  play: "Aufzeichnung abspielen",
  again: "Noch einmal abspielen",
  resumed: (time) => `Sie waren bei ${time}.`,
  startOver: "Von vorn beginnen",
  speed: "Geschwindigkeit",
  captions: "Untertitel",
  position: (time, length) => `${time} von ${length}`,
  goTo: (time, what) => `Zu ${time} springen: ${what}`,
  messageBy: (name) => `Nachricht von ${name}`,
  questionBy: (name) => `Frage von ${name}`,
  answer: "Antwort",
  poll: "Umfrage",
  noChat: "Niemand hat im Chat geschrieben.",
  chatAppears: "Die Nachrichten erscheinen, wie sie geschrieben wurden.",
  earlier: (messages) => count(messages, "frühere Nachricht", "frühere Nachrichten"),
  noQuestions: "Niemand hat eine Frage gestellt.",
  questionsAppear: "Die Fragen erscheinen, wie sie gestellt wurden.",
  noPolls: "Es gab keine Umfrage.",
  pollsAppear: "Die Umfragen erscheinen, wie sie geöffnet wurden.",
  voteOpen: "Die Abstimmung läuft.",
};
