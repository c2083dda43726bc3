type Entry<T> = { at: number; order: number; item: T };

/** Items that are due at a time; equal times leave in the order they came. A binary heap. */
export class DueQueue<T> {
  readonly #heap: Entry<T>[] = [];
  #order = 0;

  get size(): number {
    return this.#heap.length;
  }

  /** When the next one is due; undefined when there is none. */
  get nextAt(): number | undefined {
    return this.#heap[0]?.at;
  }

  push(at: number, item: T): void {
    const entry = { at, order: this.#order++, item };
    let index = this.#heap.length;
    this.#heap.push(entry);
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#heap[above];
      if (!parent || !before(entry, parent)) break;
      this.#heap[index] = parent;
      index = above;
    }
    this.#heap[index] = entry;
  }

  /** The next one if it is due by `now`. */
  take(now: number): T | undefined {
    const first = this.#heap[0];
    if (!first || first.at > now) return undefined;
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) this.#sink(last);
    return first.item;
  }

  #sink(entry: Entry<T>): void {
    const heap = this.#heap;
    let index = 0;
    for (;;) {
      let least = index * 2 + 1;
      const [left, right] = [heap[least], heap[least + 1]];
      if (!left) break;
      let child = left;
      if (right && before(right, left)) {
        child = right;
        least++;
      }
      if (!before(child, entry)) break;
      heap[index] = child;
      index = least;
    }
    heap[index] = entry;
  }
}

const before = (a: Entry<unknown>, b: Entry<unknown>): boolean =>
  a.at === b.at ? a.order < b.order : a.at < b.at;
