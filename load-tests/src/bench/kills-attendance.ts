import { until } from "../e2e/runner.ts";
import type { Interval } from "../wire/ledger.ts";
import type { Scene } from "./kills-scene.ts";

/** Attendance may miss this much around a node that died without a word, ms: the picture's gap and one look at the nodes. */
const holeMs = 6000;
/** Stays of a node that died are ended by web's jobs after it has been silent for 10 s. */
const endedWithinMs = 45_000;

/** The longest time inside [from, to] that no stay covers, ms. */
export function longestHole(stays: readonly Interval[], from: number, to: number): number {
  let covered = from;
  let hole = 0;
  for (const { joinedAt, leftAt } of [...stays].sort((a, b) => a.joinedAt - b.joinedAt)) {
    hole = Math.max(hole, Math.min(joinedAt, to) - covered);
    covered = Math.max(covered, leftAt ?? to);
  }
  return Math.max(hole, to - covered);
}

/** What is wrong with the attendance of `since` until now; waits for stays of dead nodes to be ended. */
export async function attendanceFaults(scene: Scene, since: number): Promise<string[]> {
  let faults: string[] = [];
  await until("attendance is in order", endedWithinMs, async () => {
    faults = await look(scene, since);
    return faults.length === 0;
  }).catch(() => false);
  return faults;
}

async function look(scene: Scene, since: number): Promise<string[]> {
  const now = Date.now();
  const [all, edges] = [await scene.ledger.intervals(scene.webinarId, since), await scene.edgesOfViewers()];
  const faults: string[] = [];
  const admissions = all.map(({ admissionId }) => admissionId);
  for (const id of new Set(admissions.filter((one, i) => admissions.indexOf(one) !== i)))
    faults.push(`admission ${id} has more than one stay`);
  scene.viewers.forEach(({ person, participantId }, i) => {
    const stays = all.filter((stay) => stay.participantId === participantId);
    const open = stays.filter(({ leftAt }) => leftAt === null);
    if (open.length !== 1) faults.push(`${person.name} has ${open.length} stays open`);
    else if (!open[0]?.nodeId.startsWith(`${edges[i]}/`))
      faults.push(`${person.name} is on ${edges[i]}, the open stay on ${open[0]?.nodeId}`);
    const hole = longestHole(stays, since, now);
    if (hole > holeMs) faults.push(`${person.name} misses ${Math.round(hole)} ms of attendance`);
  });
  return faults;
}
