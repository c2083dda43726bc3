import type { programmeEvents, StageProducer } from "@rostrum/protocol";
import type { z } from "zod";
import type { VideoCodec } from "../av/index.ts";
import { SyncGroup } from "../rtp/index.ts";
import type { CodedMedia } from "../tracks/index.ts";
import { AudioSource } from "./audio-source.ts";
import type { Receiver } from "./receiver.ts";
import { VideoSource } from "./video-source.ts";

export type OpenedSource = z.infer<(typeof programmeEvents)["source.opened"]>;

type Source = {
  producer: StageProducer;
  media: { kind: "video"; video: VideoSource } | { kind: "audio"; audio: AudioSource };
  /** The feed that brought it; a later feed replaces it. */
  feed: number;
  stop: () => void;
};

/** A person on stage with what of them can be shown. */
export type StageMember = {
  participantId: string;
  name: string;
  camera: VideoSource | null;
  screen: VideoSource | null;
};

/** The feed that a source comes by. */
export type SourceFeed = {
  /** Rises with each feed. */
  number: number;
  receiver: Receiver;
  preferLayer: (producerId: string, layer: number) => void;
};

const videoCodecs: Partial<Record<string, VideoCodec>> = {
  "video/vp8": "vp8",
  "video/vp9": "vp9",
  "video/h264": "h264",
};

export type StageOptions = {
  playoutDelayMs: number;
  programmeStart: number;
  now: () => number;
  /** Everything that arrives, before it is decoded. `atMs`: since the programme's start */
  onCoded?: (producer: StageProducer, media: CodedMedia) => void;
};

/** Who is on stage and their sources, whichever feed brings them. Owns the decoders. */
export class Stage {
  readonly #options: StageOptions;
  readonly #sources = new Map<string, Source>();
  readonly #order: string[] = [];
  readonly #groups = new Map<string, SyncGroup>();
  speakerId: string | null = null;
  /** Packets taken, of all sources. */
  received = 0;
  /** Whether anybody has ever been on stage. */
  hadSources = false;

  constructor(options: StageOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#sources.size;
  }

  /** Whether somebody sends a picture that is not paused. */
  get hasPictures(): boolean {
    return [...this.#sources.values()].some(({ media }) => media.kind === "video" && !media.video.paused);
  }

  /** @returns false when its codec is not one of ours; it is then not shown */
  add(opened: OpenedSource, feed: SourceFeed): boolean {
    const media = this.#createMedia(opened, feed);
    if (!media) return false;
    this.remove(opened.producer.producerId);
    const shape = { ssrc: opened.ssrc, payloadType: opened.codec.payloadType, rtx: opened.rtx };
    const source = media.kind === "video" ? media.video : media.audio;
    const stop = feed.receiver.register(shape, {
      packet: (packet, gap) => {
        this.received += 1;
        source.push(packet, gap);
      },
      report: (ntpMs, rtpTimestamp) => source.clock.report(ntpMs, rtpTimestamp),
    });
    this.#sources.set(opened.producer.producerId, {
      producer: opened.producer,
      media,
      feed: feed.number,
      stop,
    });
    this.setPaused(opened.producer.producerId, opened.producer.paused);
    if (!this.#order.includes(opened.producer.participantId)) this.#order.push(opened.producer.participantId);
    this.hadSources = true;
    return true;
  }

  #createMedia(opened: OpenedSource, { receiver, preferLayer }: SourceFeed): Source["media"] | null {
    const type = opened.codec.mimeType.toLowerCase();
    const { playoutDelayMs, programmeStart, now } = this.#options;
    const group = this.#groupOf(opened.producer.participantId);
    const keep = (media: CodedMedia): void => this.#options.onCoded?.(opened.producer, media);
    if (type === "audio/opus") {
      const onCoded = (data: Buffer, { senderMs, playAt }: { senderMs: number; playAt: number }): void =>
        keep({ kind: "audio", data, senderMs, atMs: playAt - programmeStart });
      return { kind: "audio", audio: new AudioSource({ playoutDelayMs, programmeStart, group, onCoded }) };
    }
    const codec = videoCodecs[type];
    if (!codec) return null;
    const requestKeyframe = (): void => receiver.requestKeyframe(opened.ssrc);
    const { clockRate } = opened.codec;
    const { producerId } = opened.producer;
    return {
      kind: "video",
      video: new VideoSource({
        codec,
        clockRate,
        playoutDelayMs,
        group,
        now,
        requestKeyframe,
        onCoded: ({ data, keyframe }, { senderMs, playAt }) =>
          keep({ kind: "video", codec, data, keyframe, senderMs, atMs: playAt - programmeStart }),
        preferLayer: (layer) => preferLayer(producerId, layer),
      }),
    };
  }

  /** What one person sends is kept in step. */
  #groupOf(participantId: string): SyncGroup {
    const known = this.#groups.get(participantId) ?? new SyncGroup();
    this.#groups.set(participantId, known);
    return known;
  }

  setPaused(producerId: string, paused: boolean): void {
    const source = this.#sources.get(producerId);
    if (!source) return;
    const media = source.media.kind === "video" ? source.media.video : source.media.audio;
    media.paused = paused;
  }

  remove(producerId: string): void {
    const source = this.#sources.get(producerId);
    if (!source) return;
    this.#sources.delete(producerId);
    source.stop();
    if (source.media.kind === "video") source.media.video.close();
    else source.media.audio.close();
  }

  /** Removes what no feed but an older one has brought. */
  removeOlderThan(feed: number): void {
    for (const [producerId, source] of [...this.#sources]) if (source.feed < feed) this.remove(producerId);
  }

  /** In the order they came on stage; those who sent nothing any more are left out. */
  members(): StageMember[] {
    const members = new Map<string, StageMember>();
    for (const participantId of this.#order) {
      for (const { producer, media } of this.#sources.values()) {
        if (producer.participantId !== participantId) continue;
        const member = members.get(participantId) ?? {
          participantId,
          name: producer.name,
          camera: null,
          screen: null,
        };
        members.set(participantId, member);
        if (media.kind === "video" && !media.video.paused) {
          if (producer.source === "screen") member.screen = media.video;
          else member.camera = media.video;
        }
      }
    }
    return [...members.values()];
  }

  audioSources(): AudioSource[] {
    return [...this.#sources.values()].flatMap(({ media }) => (media.kind === "audio" ? [media.audio] : []));
  }

  close(): void {
    for (const producerId of [...this.#sources.keys()]) this.remove(producerId);
  }
}
