/** Names each step, bounds it, times it, and counts. A step that fails stops the story: what follows builds on it. */
export class Runner {
  passed = 0;
  failed = 0;
  readonly timings: Record<string, number> = {};
  readonly #onFailure: (name: string) => Promise<void>;

  constructor(onFailure: (name: string) => Promise<void>) {
    this.#onFailure = onFailure;
  }

  async step<T>(name: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    try {
      const result = await bounded(work(), timeoutMs, name);
      this.passed++;
      this.timings[name] = Math.round(performance.now() - startedAt);
      process.stdout.write(`ok    ${name} (${this.timings[name]} ms)\n`);
      return result;
    } catch (error) {
      this.failed++;
      process.stdout.write(
        `FAIL  ${name} (${Math.round(performance.now() - startedAt)} ms)\n      ${describe(error)}\n`,
      );
      await this.#onFailure(name).catch(() => undefined);
      throw new StoryStopped(name);
    }
  }
}

export class StoryStopped extends Error {}

const describe = (error: unknown): string =>
  (error instanceof Error ? (error.stack ?? error.message) : String(error))
    .split("\n")
    .slice(0, 12)
    .join("\n      ");

async function bounded<T>(promise: Promise<T>, ms: number, name: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${name}: not done within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Thrown by what is polled: waiting longer is of no use. */
export class Hopeless extends Error {}

/** Poll until `read` gives something, or fail saying what was last seen. */
export async function until<T>(
  what: string,
  timeoutMs: number,
  read: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const value = await read();
      if (value !== undefined && value !== false) return value;
      last = value;
    } catch (error) {
      if (error instanceof Hopeless) throw error;
      last = error instanceof Error ? error.message : error;
    }
    if (Date.now() > deadline)
      throw new Error(`${what}: not seen within ${timeoutMs} ms (last: ${String(last)})`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new Error(message);
}
