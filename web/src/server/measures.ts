import { createMetrics, type Metrics } from "@rostrum/platform";

/** What web counts of its own work. */
export type Measures = {
  metrics: Metrics;
  /** Admissions that were asked for since the process began. */
  admissions(): number;
  /** An admission was answered: by which tier, or why not. */
  placed(delivery: string, edge: string): void;
  refused(code: string): void;
  /** A procedure of the API took this long, s. */
  called(path: string, status: string, seconds: number): void;
};

const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

export function createMeasures(nodeId: string): Measures {
  const metrics = createMetrics({ service: "web", nodeId });
  const placements = metrics.counter("placements_total", "Participants placed, by tier and edge", [
    "delivery",
    "edge",
  ]);
  const refusals = metrics.counter("admissions_refused_total", "Admissions refused, by reason", ["code"]);
  const calls = metrics.histogram("api_seconds", "Time to answer an API call", buckets, ["path", "status"]);
  let admissions = 0;
  return {
    metrics,
    admissions: () => admissions,
    placed: (delivery, edge) => {
      admissions++;
      placements.inc({ delivery, edge });
    },
    refused: (code) => {
      admissions++;
      refusals.inc({ code });
    },
    called: (path, status, seconds) => calls.observe({ path, status }, seconds),
  };
}
