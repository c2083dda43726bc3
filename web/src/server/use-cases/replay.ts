import { randomUUID } from "node:crypto";
import {
  type CaptionLine,
  findRecording,
  findWebinar,
  listCaptions,
  listChat,
  listMarks,
  listPolls,
  listQuestions,
  type Recording,
  type Replay,
  recordSpans,
  type User,
  type WatchedSpan,
  type Webinar,
} from "@rostrum/db";
import {
  type ChatMessage,
  type Poll,
  type Question,
  RostrumError,
  replaySubject,
  WebinarId,
} from "@rostrum/protocol";
import { type ReplayRange, replayAccess, replayChapters, replayRange } from "@rostrum/rules";
import { textsFor } from "../../texts/index.ts";
import { grantAccess, type MediaGrant, rangeName, replayMedia } from "../programmes.ts";
import type { Services } from "../services.ts";
import { refuseOut } from "./presence.ts";
import {
  doorOf,
  publishedReplay,
  replayCookie,
  replayPass,
  type Viewer,
  viewerByCookie,
  viewerByLink,
} from "./replay-access.ts";

/** A replay shows at most so much of what was said; more than that nobody scrolls through. */
const kept = { chat: 10_000, questions: 2000 };

export type ReplayRequest = {
  webinar: Webinar & { hostName?: string };
  viewer?: Viewer;
  user?: User | undefined;
};
export type Visitor = { headers: Headers; setCookie: (cookie: string) => void };

/** What stands at a replay's door, and behind it. */
export async function openReplay(services: Services, request: ReplayRequest, visitor: Visitor) {
  const { webinar, user } = request;
  const about = { title: webinar.title, slug: webinar.slug, startsAt: webinar.startsAt.getTime() };
  if (user?.organisationId === webinar.organisationId) {
    const recording = await findRecording(services.db, webinar.id);
    const published = await publishedReplay(services, webinar);
    if (recording && (!published || doorOf(published.replay) !== "open"))
      return { state: "open" as const, ...about, ...(await preview(services, webinar, recording)) };
  }
  const published = await publishedReplay(services, webinar);
  if (!published) return { state: "none" as const, ...about, phase: webinar.phase };
  const door = doorOf(published.replay);
  if (door !== "open")
    return {
      state: door === "soon" ? ("soon" as const) : ("over" as const),
      ...about,
      availableFrom: published.replay.availableFrom?.getTime() ?? null,
    };
  const viewer = await whoever(services, request, { published: published.replay, visitor });
  if (!viewer) return { state: "gate" as const, ...about };
  return {
    state: "open" as const,
    ...about,
    ...(await contents(services, webinar, published)),
    viewer: { name: viewer.name, pass: await replayPass(services, viewer) },
    preview: false,
  };
}

/** By their link, by this browser, or, where the link is enough, somebody new. */
async function whoever(
  services: Services,
  { webinar, viewer }: ReplayRequest,
  { published, visitor }: { published: Replay; visitor: Visitor },
): Promise<Viewer | undefined> {
  const known = viewer ?? (await viewerByCookie(services, webinar, visitor.headers));
  if (known && (known.known || published.access === "link")) {
    if (viewer) visitor.setCookie(await replayCookie(services, known));
    return known;
  }
  if (published.access !== "link") return undefined;
  const stranger = {
    webinarId: WebinarId.parse(webinar.id),
    viewerId: randomUUID(),
    known: false,
    name: "",
  };
  visitor.setCookie(await replayCookie(services, stranger));
  return stranger;
}

export async function openByLink(services: Services, token: string, visitor: Visitor) {
  const { viewer, webinar } = await viewerByLink(services, token);
  return openReplay(services, { webinar, viewer }, visitor);
}

/** A host sees all of it before anybody else does, and is not counted. */
async function preview(services: Services, webinar: Webinar, recording: Recording) {
  const replay = { access: "registered", trimStartMs: 0, trimEndMs: null } as const;
  const shown = { ...replay, showConversation: true, foundChapters: true };
  return {
    ...(await contents(services, webinar, { recording, replay: shown })),
    viewer: null,
    preview: true,
  };
}

type Shown = Pick<Replay, "trimStartMs" | "trimEndMs" | "showConversation" | "foundChapters">;

async function contents(
  services: Services,
  webinar: Webinar,
  { recording, replay }: { recording: Recording; replay: Shown },
) {
  const { db } = services;
  const range = replayRange(replay, recording.durationMs);
  const startedAt = (recording.startedAt ?? webinar.liveAt)?.getTime() ?? 0;
  const [media, marks, captions, chat, questions, polls] = await Promise.all([
    replayMedia(services, webinar.id, { range, durationMs: recording.durationMs }),
    listMarks(db, webinar.id),
    listCaptions(db, webinar.id),
    replay.showConversation ? listChat(db, webinar.id, kept.chat) : [],
    replay.showConversation ? listQuestions(db, webinar.id, kept.questions) : [],
    replay.showConversation ? listPolls(db, webinar.id) : [],
  ]);
  if (!media) throw new RostrumError("node.unavailable", "The recording cannot be reached right now.");
  const marked = marks.map(({ at, title }) => ({ startMs: at.getTime() - startedAt, title }));
  return {
    webinarId: webinar.id,
    startedAt,
    durationMs: recording.durationMs,
    range,
    media: { ...media, segments: recording.startedAt !== null, storyboard: recording.storyboardAt !== null },
    chapters: replayChapters(replay.foundChapters ? recording.chapters : [], marked, {
      ...range,
      beginning: textsFor(webinar.locale).replay.beginning,
    }),
    captions: cuesOf(captions, startedAt, range),
    conversation: replay.showConversation ? said({ chat, questions, polls }, startedAt, range) : null,
  };
}

function cuesOf(lines: CaptionLine[], startedAt: number, { fromMs, toMs }: ReplayRange) {
  return lines
    .map(({ id, startsAt, endsAt, text }) => ({
      id,
      fromMs: startsAt.getTime() - startedAt,
      toMs: endsAt.getTime() - startedAt,
      text,
    }))
    .filter((cue) => cue.toMs > fromMs && cue.fromMs < toMs);
}

/** Chat, questions and polls with the time of the recording at which they happened; what was before is there at its beginning. */
function said(
  all: { chat: ChatMessage[]; questions: Question[]; polls: Poll[] },
  startedAt: number,
  { fromMs, toMs }: ReplayRange,
) {
  const at = (epochMs: number): number => Math.min(toMs, Math.max(fromMs, epochMs - startedAt));
  return {
    chat: all.chat.map(({ id, name, text, at: postedAt }) => ({ id, name, text, atMs: at(postedAt) })),
    questions: all.questions.map(({ id, name, text, status, upvotes, askedAt, answeredAt }) => ({
      id,
      name,
      text,
      upvotes,
      atMs: at(askedAt),
      answeredMs: status === "answered" && answeredAt !== null ? at(answeredAt) : null,
    })),
    polls: all.polls
      .filter((poll) => poll.openedAt !== null)
      .map((poll) => ({
        poll,
        atMs: at(poll.openedAt ?? 0),
        closedMs: poll.closedAt === null ? null : at(poll.closedAt),
      })),
  };
}

/**
 * The next access to what a page plays already, for a viewer by their pass, or for a host who previews it. Throws
 * permission.denied or token.invalid for who may not watch (any more), conflict when something else is published now.
 */
export async function renewReplay(
  services: Services,
  { webinarId, pass, range }: { webinarId: string; pass: string | null; range: string },
  user: User | undefined,
): Promise<MediaGrant> {
  const webinar = await findWebinar(services.db, webinarId);
  if (!webinar) throw new RostrumError("not-found", "There is no such webinar.");
  const allowed =
    pass === null ? await previewed(services, webinar, user) : await watched(services, webinar, pass);
  if (!allowed) throw new RostrumError("permission.denied", "The recording is not available any more.");
  if (allowed !== range)
    throw new RostrumError("conflict", "What is published has changed. Reload the page to watch it.");
  return grantAccess(services, replaySubject(webinarId, range), replayAccess);
}

async function previewed(
  services: Services,
  webinar: Webinar,
  user: User | undefined,
): Promise<string | undefined> {
  if (user?.organisationId !== webinar.organisationId) return undefined;
  const recording = await findRecording(services.db, webinar.id);
  const whole = recording && replayRange({ trimStartMs: 0, trimEndMs: null }, recording.durationMs);
  return whole && rangeName({ range: whole, durationMs: recording.durationMs });
}

async function watched(services: Services, webinar: Webinar, pass: string): Promise<string | undefined> {
  const { webinarId, viewerId, known } = await services.tokens.verifyReplay(pass);
  const published = await publishedReplay(services, webinar);
  if (webinarId !== webinar.id || !published || doorOf(published.replay) !== "open") return undefined;
  if (!known && published.replay.access !== "link") return undefined;
  await refuseOut(services, viewerId);
  const { durationMs } = published.recording;
  return rangeName({ range: replayRange(published.replay, durationMs), durationMs });
}

/** Store what somebody watched, told by their player. Whatever lies outside the recording is cut off. */
export async function noteWatched(
  services: Services,
  told: { pass: string; visitId: string; spans: WatchedSpan[] },
): Promise<void> {
  const { webinarId, viewerId } = await services.tokens.verifyReplay(told.pass);
  const recording = await findRecording(services.db, webinarId);
  if (!recording) throw new RostrumError("not-found", "There is no such recording.");
  const spans = told.spans
    .map((span) => ({ ...span, toMs: Math.min(span.toMs, recording.durationMs) }))
    .filter(({ fromMs, toMs }) => toMs > fromMs);
  await recordSpans(services.db, { webinarId, viewerId, visitId: told.visitId }, spans);
}
