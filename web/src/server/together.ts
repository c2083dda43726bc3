/** Keys of one question. */
const mostAtOnce = 500;
/** Questions that are on their way at the same time. */
const mostAsked = 2;

type Waiting<V> = { resolve: (value: V | undefined) => void; reject: (error: unknown) => void };

/**
 * Asks for many at once what callers ask for one by one. A lone caller is asked for straight away; while questions are on
 * their way, those who come gather for the next, so that the more there are the fewer questions each of them takes.
 * Nothing is kept: whoever asks is answered from a question that was put after they asked.
 */
export class Together<V> {
  readonly #ask: (keys: string[]) => Promise<ReadonlyMap<string, V>>;
  readonly #gathered = new Map<string, Waiting<V>[]>();
  #asked = 0;

  constructor(ask: (keys: string[]) => Promise<ReadonlyMap<string, V>>) {
    this.#ask = ask;
  }

  /** Undefined for a key that the answer does not have. Rejects when the question fails. */
  get(key: string): Promise<V | undefined> {
    return new Promise((resolve, reject) => {
      const waiting = this.#gathered.get(key) ?? [];
      waiting.push({ resolve, reject });
      this.#gathered.set(key, waiting);
      void this.#next();
    });
  }

  async #next(): Promise<void> {
    if (this.#asked >= mostAsked || this.#gathered.size === 0) return;
    const batch = new Map([...this.#gathered].slice(0, mostAtOnce));
    for (const key of batch.keys()) this.#gathered.delete(key);
    const everybody = [...batch];
    this.#asked++;
    try {
      const found = await this.#ask([...batch.keys()]);
      for (const [key, waiting] of everybody) for (const { resolve } of waiting) resolve(found.get(key));
    } catch (error) {
      for (const [, waiting] of everybody) for (const { reject } of waiting) reject(error);
    } finally {
      this.#asked--;
    }
    await this.#next();
  }
}
