/** One piece of bringing the product up. */
export type Step = {
  name: string;
  /** Names of steps that must be done before. */
  dependsOn: string[];
  run: () => Promise<void>;
};

/**
 * Run every step as soon as those it depends on are done, side by side where nothing is in between. The first failure is
 * told to `onFailure`, so that steps under way may be cut short, and thrown once they have ended; no further one is begun.
 */
export async function runSteps(steps: Step[], onFailure: (error: unknown) => void = () => {}): Promise<void> {
  const byName = new Map(steps.map((step) => [step.name, step]));
  checkSteps(steps, byName);
  const running = new Map<string, Promise<void>>();
  let failure: { error: unknown } | undefined;
  const begin = (step: Step): Promise<void> => {
    const known = running.get(step.name);
    if (known) return known;
    const work = Promise.all(
      step.dependsOn.flatMap((name) => {
        const before = byName.get(name);
        return before ? [begin(before)] : [];
      }),
    ).then(async () => {
      if (!failure) await step.run();
    });
    work.catch((error: unknown) => {
      if (failure) return;
      failure = { error };
      onFailure(error);
    });
    running.set(step.name, work);
    return work;
  };
  await Promise.allSettled(steps.map(begin));
  if (failure) throw (failure as { error: unknown }).error;
}

/** A plan that names an unknown step, or waits for itself, is a fault of ours: said before anything starts. */
export function checkSteps(steps: Step[], byName: Map<string, Step>): void {
  const done = new Set<string>();
  const visit = (step: Step, above: string[]): void => {
    if (above.includes(step.name))
      throw new Error(`the plan waits for itself: ${[...above, step.name].join(" → ")}`);
    if (done.has(step.name)) return;
    for (const name of step.dependsOn) {
      const before = byName.get(name);
      if (!before) throw new Error(`${step.name} depends on ${name}, which is not in the plan`);
      visit(before, [...above, step.name]);
    }
    done.add(step.name);
  };
  for (const step of steps) visit(step, []);
}
