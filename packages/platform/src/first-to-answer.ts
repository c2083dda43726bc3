type Race<T> = {
  /** How long one has for itself before the next one is tried beside it, ms. */
  headStartMs: number;
  /** Takes an answer that came after the first. */
  discard: (answer: T) => void;
};

/**
 * Ask candidates in their order, the next one as soon as those before have failed or kept silent for `headStartMs`, as
 * RFC 8305 §5 does with addresses: one that is frozen costs no more than that. Resolves with the first answer; rejects
 * with the last fault when all have failed.
 */
export function firstToAnswer<C, T>(
  candidates: readonly C[],
  ask: (candidate: C) => Promise<T>,
  { headStartMs, discard }: Race<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const left = [...candidates];
    let asked = 0;
    let answered = false;
    let timer: NodeJS.Timeout | undefined;
    const askNext = (): void => {
      clearTimeout(timer);
      const candidate = left.shift() as C;
      asked++;
      ask(candidate).then(
        (answer) => {
          clearTimeout(timer);
          if (answered) discard(answer);
          answered = true;
          resolve(answer);
        },
        (fault: unknown) => {
          asked--;
          if (answered) return;
          if (left.length > 0) askNext();
          else if (asked === 0) reject(fault);
        },
      );
      if (left.length > 0) timer = setTimeout(askNext, headStartMs);
    };
    if (left.length > 0) askNext();
    else reject(new Error("there is nobody to ask"));
  });
}
