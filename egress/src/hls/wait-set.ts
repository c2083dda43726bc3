/** Those who wait for something to come true. Looked at again whenever `wake` is called. */
export class WaitSet {
  readonly #checks = new Set<() => void>();

  /** @returns whether the condition came true in time */
  until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
    if (condition()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (met: boolean): void => {
        clearTimeout(timer);
        this.#checks.delete(check);
        resolve(met);
      };
      const check = (): void => {
        if (condition()) settle(true);
      };
      const timer = setTimeout(() => settle(condition()), timeoutMs);
      this.#checks.add(check);
    });
  }

  wake(): void {
    for (const check of [...this.#checks]) check();
  }
}
