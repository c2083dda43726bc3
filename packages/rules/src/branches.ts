/** Receivers a worker takes before the next core is used: below this a second copy of the stage costs more than it spares. */
export const packReceivers = 50;

export type BranchLoad = { id: string; receivers: number };

/**
 * Which of a webinar's routers on a host serves one more receiver; "new" opens one on another core. Routers are filled
 * to `packReceivers` first, then a free core is taken, then the least used router. Ties go to the first.
 */
export function chooseBranch(branches: readonly BranchLoad[], freeWorkers: number): string | "new" {
  const roomy = branches.find(({ receivers }) => receivers < packReceivers);
  if (roomy) return roomy.id;
  if (freeWorkers > 0 || branches.length === 0) return "new";
  return branches.reduce((least, branch) => (branch.receivers < least.receivers ? branch : least)).id;
}
