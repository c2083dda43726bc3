import type { Scope } from "@rostrum/platform";
import type { ParticipantId } from "@rostrum/protocol";
import { hear, nobodySpeaks, type SpeakerState } from "@rostrum/rules";
import type { types } from "mediasoup";

type SpeakerFeedOptions = {
  observer: types.AudioLevelObserver;
  scope: Scope;
  onSpeaker: (participantId: ParticipantId | null) => void;
};

/** Audio levels of the stage, through rules/speaker, into one current speaker. */
export class SpeakerFeed {
  readonly #options: SpeakerFeedOptions;
  readonly #speakers = new Map<string, ParticipantId>();
  readonly #listeners = new Set<(participantId: ParticipantId | null) => void>();
  #state: SpeakerState = nobodySpeaks;

  constructor(options: SpeakerFeedOptions) {
    this.#options = options;
    const { observer, scope } = options;
    observer.on("volumes", (volumes) => {
      const levels = volumes.flatMap(({ producer, volume }) => {
        const id = this.#speakers.get(producer.id);
        return id ? [{ id, dBov: volume }] : [];
      });
      this.#advance(levels);
    });
    observer.on("silence", () => this.#advance([]));
    scope.add("speaker", () => observer.close());
  }

  get current(): ParticipantId | null {
    return this.#state.current as ParticipantId | null;
  }

  add(producer: types.Producer, participantId: ParticipantId): void {
    this.#speakers.set(producer.id, participantId);
    producer.observer.once("close", () => {
      this.#speakers.delete(producer.id);
      this.#advance([]);
    });
    this.#options.observer
      .addProducer({ producerId: producer.id })
      .catch(() => this.#speakers.delete(producer.id));
  }

  onChange(listener: (participantId: ParticipantId | null) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #advance(levels: { id: string; dBov: number }[]): void {
    const before = this.#state.current;
    this.#state = hear(this.#state, levels, new Set(this.#speakers.values()), Date.now());
    if (this.#state.current === before || this.#options.scope.closed) return;
    this.#options.onSpeaker(this.current);
    for (const listener of this.#listeners) listener(this.current);
  }
}
