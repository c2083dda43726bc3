/** Where progress goes: a terminal is redrawn quietly, anything else gets plain lines. */
export type Output = { isTTY?: boolean; columns?: number; write(text: string): unknown };

export type ProgressStep = {
  note(text: string): void;
  done(detail?: string): void;
  fail(): void;
  /** End without a word. */
  cancel(): void;
};

type Active = { title: string; note: string; startedAt: number; toldAt: number };

const PLAIN_REMINDER_MS = 10_000;
const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Steps with elapsed seconds; several may be under way at once. */
export class Progress {
  readonly #out: Output;
  readonly #active = new Set<Active>();
  #drawn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(out: Output = process.stderr) {
    this.#out = out;
  }

  step(title: string): ProgressStep {
    const now = Date.now();
    const active: Active = { title, note: "", startedAt: now, toldAt: now };
    this.#active.add(active);
    this.#timer ??= setInterval(() => this.#tick(), 250).unref();
    this.#draw();
    const end = (mark: string, detail: string): void => {
      if (!this.#active.delete(active)) return;
      const text = detail === "" ? "" : `  ${detail}`;
      if (mark === "") this.#redraw();
      else
        this.line(`${mark} ${title.padEnd(28)} ${seconds(Date.now() - active.startedAt).padStart(7)}${text}`);
      if (this.#active.size === 0) {
        clearInterval(this.#timer);
        this.#timer = undefined;
      }
    };
    return {
      note: (text) => {
        active.note = text;
      },
      done: (detail = "") => end("✓", detail),
      fail: () => end("✗", ""),
      cancel: () => end("", ""),
    };
  }

  /** A line that stays. */
  line(text: string): void {
    this.#erase();
    this.#out.write(`${text}\n`);
    this.#draw();
  }

  /** Run `work` as a step; its failure is marked and passed on. */
  async during<T>(title: string, work: (step: ProgressStep) => Promise<T>): Promise<T> {
    const step = this.step(title);
    try {
      const result = await work(step);
      step.done();
      return result;
    } catch (error) {
      step.fail();
      throw error;
    }
  }

  #tick(): void {
    if (this.#out.isTTY) {
      this.#redraw();
      return;
    }
    const now = Date.now();
    for (const active of this.#active) {
      if (now - active.toldAt < PLAIN_REMINDER_MS) continue;
      active.toldAt = now;
      this.#out.write(`… ${this.#describe(active)}\n`);
    }
  }

  #redraw(): void {
    this.#erase();
    this.#draw();
  }

  #describe(active: Active): string {
    const note = active.note === "" ? "" : `  ${active.note}`;
    return `${active.title.padEnd(28)} ${seconds(Date.now() - active.startedAt).padStart(7)}${note}`;
  }

  #draw(): void {
    if (!this.#out.isTTY) return;
    const width = (this.#out.columns ?? 80) - 1;
    for (const active of this.#active) this.#out.write(`${`… ${this.#describe(active)}`.slice(0, width)}\n`);
    this.#drawn = this.#active.size;
  }

  #erase(): void {
    if (this.#drawn > 0) this.#out.write(`\u001b[${this.#drawn}A\u001b[0J`);
    this.#drawn = 0;
  }
}
