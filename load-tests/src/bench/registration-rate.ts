import { percentile } from "./figures.ts";
import { person, type Registrar } from "./registration-people.ts";

export type Held = { perSec: number; p95Ms: number; failed: number; sent: number };

/** What a person may wait for, p95, ms. */
export const patienceMs = 300;

/**
 * People come at a rate, whether or not those before them have their answer; each is timed from the moment at which they
 * were to come, so that a server that falls behind cannot hide it.
 */
export async function arrive(
  registrar: Registrar,
  { run, perSec, seconds }: { run: string; perSec: number; seconds: number },
): Promise<Held> {
  const total = Math.round(perSec * seconds);
  const people = await registrar.open(Array.from({ length: total }, (_, number) => person(run, number)));
  const startedAt = performance.now();
  const waits: number[] = [];
  const asked: Promise<void>[] = [];
  let failed = 0;
  for (let number = 0; number < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1000) * perSec) + 1);
    for (const who of people.slice(number, due)) {
      const at = startedAt + (number++ / perSec) * 1000;
      asked.push(
        registrar.submit(who).then(
          ({ status }) => {
            waits.push(performance.now() - at);
            if (status !== 200) failed++;
          },
          () => void failed++,
        ),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await Promise.all(asked);
  const tookS = (performance.now() - startedAt) / 1000;
  return {
    perSec: Math.round((waits.length - failed) / tookS),
    p95Ms: percentile(waits, 0.95) ?? Number.POSITIVE_INFINITY,
    failed,
    sent: total,
  };
}

const good = ({ p95Ms, failed }: Held): boolean => p95Ms <= patienceMs && failed === 0;

/** The highest rate that is held with p95 below `patienceMs`: climb until it breaks, then hold for long, lower if need be. */
export async function findRate(
  registrar: Registrar,
  times: { climbSeconds: number; holdSeconds: number },
  hooks: { say: (text: string) => void; holding: () => () => void },
): Promise<Held> {
  const { say } = hooks;
  // The first requests of a process are compiled while they are answered.
  await arrive(registrar, { run: "warm", perSec: 40, seconds: 4 });
  let perSec = 60;
  for (; perSec < 5000; perSec = Math.round(perSec * 1.25)) {
    const held = await arrive(registrar, { run: `climb${perSec}`, perSec, seconds: times.climbSeconds });
    say(`${perSec}/s for ${times.climbSeconds} s: p95 ${held.p95Ms} ms, failed ${held.failed}`);
    if (!good(held)) break;
  }
  for (let attempt = 1; ; attempt++) {
    perSec = Math.max(1, Math.round(perSec * 0.85));
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const ended = hooks.holding();
    const held = await arrive(registrar, { run: `hold${attempt}`, perSec, seconds: times.holdSeconds });
    say(`${perSec}/s held for ${times.holdSeconds} s: p95 ${held.p95Ms} ms, failed ${held.failed}`);
    if (!good(held) && attempt < 12) continue;
    ended();
    return held;
  }
}
