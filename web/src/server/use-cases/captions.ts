import { randomUUID } from "node:crypto";
import {
  type CaptionLine,
  findCaptionKey,
  findRecording,
  findWebinar,
  listCaptions,
  recordAudit,
  replaceCaptions,
  saveCaptions,
  setCaptionKey,
  type User,
  type Webinar,
} from "@rostrum/db";
import { captionsKey, RostrumError } from "@rostrum/protocol";
import { readCaptions, readingMs, writeSrt, writeVtt } from "@rostrum/rules";
import { publishRoomEvent } from "../room-events.ts";
import { hashSecret, newSecret } from "../secrets.ts";
import type { Services } from "../services.ts";

/** What somebody hears, as they or their program write it. Times in epoch ms; without them it is said now. */
export type SaidLine = {
  id: string;
  text: string;
  startsAt?: number | undefined;
  endsAt?: number | undefined;
};

/** Lines that egress may still show, and how long it may be away. */
const keptLines = 2000;
const keptSeconds = 24 * 3600;

/** Captions of a live webinar: kept, shown in the room at once, and with the broadcast. The same id again corrects. */
export async function sayCaptions(
  services: Services,
  webinarId: string,
  lines: readonly SaidLine[],
  now = Date.now(),
): Promise<void> {
  const webinar = await findWebinar(services.db, webinarId);
  if (!webinar) throw new RostrumError("not-found", "There is no such webinar.");
  if (webinar.phase !== "live")
    throw new RostrumError("conflict", "Captions are taken while the webinar is live.");
  const timed = lines.map((line) => timedLine(line, now));
  await saveCaptions(services.db, webinarId, timed);
  const told = timed.map(({ id, startsAt, endsAt, text }) => ({
    id,
    text,
    startsAt: startsAt.getTime(),
    endsAt: endsAt.getTime(),
  }));
  await hand(services, webinarId, told);
  for (const line of told) await publishRoomEvent(services, webinarId, { type: "caption.said", line });
}

function timedLine({ id, text, startsAt, endsAt }: SaidLine, now: number): CaptionLine {
  const from = startsAt ?? now;
  const to = endsAt ?? from + readingMs(text);
  if (to <= from || to - from > 60_000)
    throw new RostrumError("input.invalid", "A line ends after it begins, within a minute.", {
      field: "endsAt",
    });
  return { id, text, startsAt: new Date(from), endsAt: new Date(to) };
}

/** To the broadcast. Without Redis there is no broadcast of them, and they are kept all the same. */
async function hand(services: Services, webinarId: string, lines: readonly object[]): Promise<void> {
  const key = captionsKey(webinarId);
  try {
    await services.redis
      .multi()
      .rpush(key, ...lines.map((line) => JSON.stringify(line)))
      .ltrim(key, -keptLines, -1)
      .expire(key, keptSeconds)
      .exec();
  } catch (error) {
    services.log.warn({ err: error, webinarId }, "captions did not reach the broadcast");
  }
}

/** What egress may still show, as it is stored now: somebody's name is not in it any more. */
export async function renewCaptions(services: Services, webinarId: string): Promise<void> {
  const key = captionsKey(webinarId);
  if ((await services.redis.exists(key)) === 0) return;
  const lines = (await listCaptions(services.db, webinarId)).slice(-keptLines);
  const texts = lines.map(({ id, text, startsAt, endsAt }) =>
    JSON.stringify({ id, text, startsAt: startsAt.getTime(), endsAt: endsAt.getTime() }),
  );
  const change = services.redis.multi().del(key);
  if (texts.length > 0) change.rpush(key, ...texts).expire(key, keptSeconds);
  await change.exec();
}

/** Which webinar a captioning service may write for. Throws token.invalid. */
export async function captionedBy(services: Services, key: string): Promise<string> {
  const webinarId = await findCaptionKey(services.db, hashSecret(key));
  if (!webinarId) throw new RostrumError("token.invalid", "This captioning key is not valid.");
  return webinarId;
}

/** A key for a captioning service; the one before is worth nothing any more. */
export async function newCaptionKey(
  services: Services,
  { user, webinar }: { user: User; webinar: Webinar },
): Promise<{ key: string; url: string }> {
  const { token, hash } = newSecret();
  await setCaptionKey(services.db, webinar.id, hash);
  await recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: "captions.key-made",
    subject: webinar.id,
  });
  return { key: token, url: `${services.config.PUBLIC_URL}/api/captions` };
}

const beginningOf = async (services: Services, webinar: Webinar): Promise<number> =>
  ((await findRecording(services.db, webinar.id))?.startedAt ?? webinar.liveAt)?.getTime() ?? 0;

/** The recording's captions as a file; its first picture is at 0. */
export async function captionFile(
  services: Services,
  webinar: Webinar,
  format: "vtt" | "srt",
): Promise<string> {
  const startedAt = await beginningOf(services, webinar);
  const cues = (await listCaptions(services.db, webinar.id))
    .map(({ startsAt, endsAt, text }) => ({
      fromMs: startsAt.getTime() - startedAt,
      toMs: endsAt.getTime() - startedAt,
      text,
    }))
    .filter(({ toMs }) => toMs > 0);
  return format === "vtt" ? writeVtt(cues) : writeSrt(cues);
}

/** Take the captions of a file instead of those there are. Throws input.invalid when it holds none. */
export async function takeCaptionFile(
  services: Services,
  { user, webinar }: { user: User; webinar: Webinar },
  text: string,
): Promise<{ lines: number }> {
  const cues = readCaptions(text);
  if (cues.length === 0)
    throw new RostrumError("input.invalid", "This is neither WebVTT nor SRT, or it has no captions.", {
      field: "file",
    });
  const startedAt = await beginningOf(services, webinar);
  const lines = cues.slice(0, 50_000).map((cue) => ({
    id: randomUUID(),
    startsAt: new Date(startedAt + cue.fromMs),
    endsAt: new Date(startedAt + cue.toMs),
    text: cue.text.slice(0, 500),
  }));
  await replaceCaptions(services.db, webinar.id, lines);
  await recordAudit(services.db, {
    organisationId: user.organisationId,
    actorId: user.id,
    action: "captions.replaced",
    subject: webinar.id,
    details: { lines: lines.length },
  });
  return { lines: lines.length };
}
