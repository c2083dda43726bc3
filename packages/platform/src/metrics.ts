import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry as PromRegistry } from "prom-client";

export type Metrics = {
  registry: PromRegistry;
  /** A gauge read at scrape time. */
  gauge(name: string, help: string, read: () => number): void;
  /** A gauge with labels, read at scrape time; labels that are not read any more are gone. */
  gauges(name: string, help: string, labels: string[], read: () => Labelled[] | Promise<Labelled[]>): void;
  counter(name: string, help: string, labels?: string[]): Counter;
  histogram(name: string, help: string, buckets: number[], labels?: string[]): Histogram;
};

type Labelled = { labels: Record<string, string>; value: number };

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
    gauges(name, help, labelNames, read) {
      new Gauge({
        name: `rostrum_${name}`,
        help,
        labelNames,
        registers,
        async collect() {
          const values = await read();
          this.reset();
          for (const { labels: labelled, value } of values) this.set(labelled, value);
        },
      });
    },
    counter: (name, help, labelNames = []) =>
      new Counter({ name: `rostrum_${name}`, help, labelNames, registers }),
    histogram: (name, help, buckets, labelNames = []) =>
      new Histogram({ name: `rostrum_${name}`, help, buckets, labelNames, registers }),
  };
}
