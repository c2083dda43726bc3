import { randomUUID } from "node:crypto";
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import type { StageProducer } from "@rostrum/protocol";
import { parameterSets, splitAnnexB } from "../fmp4/index.ts";
import { vp9Size } from "../rtp/index.ts";
import type { Block, VideoTrack } from "./matroska.ts";
import { SmoothClock } from "./smooth-clock.ts";
import { TrackFile } from "./track-file.ts";
import { listName, partName, type TrackLine } from "./track-list.ts";

/**
 * What a source hands over as it arrives, before anything is decoded. `atMs`: on the recording's time line, with the
 * wobble of its path; `senderMs`: by its sender's clock, without.
 */
export type CodedMedia =
  | {
      kind: "video";
      codec: VideoTrack["codec"];
      data: Buffer;
      keyframe: boolean;
      senderMs: number;
      atMs: number;
    }
  | { kind: "audio"; data: Buffer; senderMs: number; atMs: number };

export type TrackRecorderOptions = {
  directory: string;
  /** Once per file that cannot be written. */
  onFault: (message: string) => void;
};

type Open = { file: TrackFile; beginMs: number; codec: VideoTrack["codec"] | null };
type Person = {
  open: Open | null;
  waiting: { data: Buffer; atMs: number }[];
  clocks: { video: SmoothClock; audio: SmoothClock };
};

/** A microphone that comes first waits this long for its camera: both are to be in one file. */
const cameraWaitMs = 3000;

/**
 * What each person on stage sends, as it arrives: one file for camera and microphone, one for a screen and its sound. A file
 * begins with a key picture; another codec, or the first picture of somebody who had only sound, begins another.
 */
export class TrackRecorder {
  readonly #options: TrackRecorderOptions;
  readonly #people = new Map<string, Person>();
  #listing: Promise<void> = Promise.resolve();
  readonly #closing = new Set<Promise<void>>();

  constructor(options: TrackRecorderOptions) {
    this.#options = options;
  }

  /** @param producer whose media it is */
  take(producer: StageProducer, media: CodedMedia): void {
    const source = producer.source.startsWith("screen") ? "screen" : "camera";
    const key = `${producer.participantId} ${source}`;
    const person = this.#people.get(key) ?? {
      open: null,
      waiting: [],
      clocks: { video: new SmoothClock(), audio: new SmoothClock() },
    };
    this.#people.set(key, person);
    const atMs = person.clocks[media.kind].map(media.senderMs, media.atMs);
    if (media.kind === "video") this.#video(person, { ...media, atMs }, { producer, source });
    else this.#audio(person, { ...media, atMs }, { producer, source });
  }

  async close(): Promise<void> {
    for (const person of this.#people.values()) this.#end(person);
    this.#people.clear();
    await Promise.all([...this.#closing, this.#listing]);
  }

  #video(person: Person, media: Extract<CodedMedia, { kind: "video" }>, whose: Whose): void {
    const { open } = person;
    if (open?.codec !== media.codec) {
      const video = media.keyframe ? describeVideo(media) : null;
      // What comes before a key picture cannot be shown.
      if (!video) return;
      this.#end(person);
      this.#begin(person, {
        video,
        atMs: Math.min(media.atMs, person.waiting[0]?.atMs ?? media.atMs),
        whose,
      });
    }
    const data = media.codec === "h264" ? lengthPrefixed(media.data) : media.data;
    add(person, { track: "video", data, key: media.keyframe, ms: media.atMs });
  }

  #audio(person: Person, { data, atMs }: { data: Buffer; atMs: number }, whose: Whose): void {
    if (person.open) {
      add(person, { track: "audio", data, key: true, ms: atMs });
      return;
    }
    person.waiting.push({ data, atMs });
    const since = person.waiting[0]?.atMs ?? atMs;
    if (atMs - since >= cameraWaitMs) this.#begin(person, { video: null, atMs: since, whose });
  }

  #begin(person: Person, start: { video: VideoTrack | null; atMs: number; whose: Whose }): void {
    const { directory } = this.#options;
    const { producer, source } = start.whose;
    const trackId = randomUUID();
    const { participantId, name } = producer;
    const offsetMs = Math.round(start.atMs);
    const line: TrackLine = {
      trackId,
      participantId,
      name,
      source,
      offsetMs,
      codec: start.video?.codec ?? null,
    };
    const onFault = (error: unknown): void =>
      this.#options.onFault(error instanceof Error ? error.message : String(error));
    const file = new TrackFile({ path: join(directory, partName(trackId)), video: start.video, onFault });
    person.open = { file, beginMs: start.atMs, codec: start.video?.codec ?? null };
    // Listed at once: after a crash it is found by its line.
    this.#listing = this.#listing
      .then(() => appendFile(join(directory, listName), `${JSON.stringify(line)}\n`, { flush: true }))
      .catch(onFault);
    for (const { data, atMs } of person.waiting) add(person, { track: "audio", data, key: true, ms: atMs });
    person.waiting = [];
  }

  #end(person: Person): void {
    const { open } = person;
    if (!open) return;
    person.open = null;
    const closed = open.file.close();
    this.#closing.add(closed);
    void closed.finally(() => this.#closing.delete(closed));
  }
}

type Whose = { producer: StageProducer; source: "camera" | "screen" };

function add({ open }: Person, block: Block): void {
  open?.file.add({ ...block, ms: block.ms - open.beginMs });
}

function describeVideo({ codec, data }: Extract<CodedMedia, { kind: "video" }>): VideoTrack | null {
  if (codec === "vp8") {
    // RFC 6386 §9.1: a start code, then 14 bits each of width and height.
    if (data.length < 10 || data.readUIntBE(3, 3) !== 0x9d012a) return null;
    return { codec, width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff };
  }
  if (codec === "vp9") {
    const size = vp9Size(data);
    return size && { codec, ...size };
  }
  try {
    return { codec, ...parameterSets(data) };
  } catch (error) {
    // Parameter sets come with a later key picture.
    if (error instanceof TypeError) return null;
    throw error;
  }
}

/** With a length in front of each unit; parameter sets stay, since they may change with the simulcast layer. */
function lengthPrefixed(stream: Buffer): Buffer {
  const parts = splitAnnexB(stream).flatMap((unit) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(unit.length);
    return [length, unit];
  });
  return Buffer.concat(parts);
}
