import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry as PromRegistry } from "prom-client";

export type Metrics = {
  registry: PromRegistry;
  /** A gauge read at scrape time. */
  gauge(name: string, help: string, read: () => number): void;
  counter(name: string, help: string, labels?: string[]): Counter;
  histogram(name: string, help: string, buckets: number[], labels?: string[]): Histogram;
};

/** Prometheus metrics of one process, all named `rostrum_*` and labelled with the node. */
export function createMetrics(labels: { service: string; nodeId: string }): Metrics {
  const registry = new PromRegistry();
  registry.setDefaultLabels({ service: labels.service, node: labels.nodeId });
  collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    gauge(name, help, read) {
      new Gauge({
        name: `rostrum_${name}`,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    },
    counter: (name, help, labelNames = []) =>
      new Counter({ name: `rostrum_${name}`, help, labelNames, registers }),
    histogram: (name, help, buckets, labelNames = []) =>
      new Histogram({ name: `rostrum_${name}`, help, buckets, labelNames, registers }),
  };
}
