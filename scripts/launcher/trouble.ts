/** Something that the person at the terminal can put right: said in one line, without a stack. */
export class Trouble extends Error {
  readonly fix: string | undefined;
  constructor(message: string, fix?: string) {
    super(message);
    this.name = "Trouble";
    this.fix = fix;
  }
}

/** `message`, and the fix after an arrow when there is one; the stack only for faults of our own. */
export function explain(error: unknown): string {
  if (error instanceof Trouble) return error.fix ? `${error.message}\n  → ${error.fix}` : error.message;
  if (error instanceof Error) return error.stack ?? error.message;
  return String(error);
}
