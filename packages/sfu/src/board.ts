import type { StageProducer } from "@rostrum/protocol";

type Watcher = { opened: (producer: StageProducer) => void; closed?: (producerId: string) => void };

/** Which producers are on offer now, and who wants to know. Pausing and closing travel through mediasoup itself. */
export class Board {
  readonly #producers = new Map<string, StageProducer>();
  readonly #watchers = new Set<Watcher>();

  list(): StageProducer[] {
    return [...this.#producers.values()];
  }

  add(producer: StageProducer): void {
    const known = this.#producers.has(producer.producerId);
    this.#producers.set(producer.producerId, producer);
    if (!known) for (const watcher of this.#watchers) watcher.opened(producer);
  }

  setPaused(producerId: string, paused: boolean): void {
    const producer = this.#producers.get(producerId);
    if (producer) this.#producers.set(producerId, { ...producer, paused });
  }

  remove(producerId: string): void {
    if (!this.#producers.delete(producerId)) return;
    for (const watcher of this.#watchers) watcher.closed?.(producerId);
  }

  clear(): void {
    for (const producerId of [...this.#producers.keys()]) this.remove(producerId);
  }

  /** Told of each later change until the returned function is called. */
  watch(watcher: Watcher): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}
