import type { Metrics, SeatLedger } from "@rostrum/platform";
import type { MediaReport } from "@rostrum/protocol";
import { exposeLoad, type LabelledValue, type MediaNode, readStreams } from "@rostrum/sfu";
import type { Attendee } from "./attendee.ts";
import type { Audiences } from "./audiences.ts";
import type { Facts } from "./facts.ts";

type Measured = {
  node: MediaNode;
  audiences: Audiences;
  facts: Facts;
  ledger: SeatLedger;
  below: () => number;
};

/** What happens while people come and watch, told by whoever serves them. */
export type EdgeMeasures = {
  /** From the first frame of a socket to its welcome, s. */
  joined(seconds: number): void;
  refused(code: string): void;
  /** What a browser says of its own picture. */
  reported(report: MediaReport): void;
  /** So many were moved to the broadcast because this edge is overloaded. */
  relieved(count: number): void;
};

const seconds = [0.05, 0.1, 0.2, 0.5, 1, 2, 3, 5, 10];

/** What an edge says of itself at /metrics. */
export function exposeMetrics(
  metrics: Metrics,
  { node, audiences, facts, ledger, below }: Measured,
): EdgeMeasures {
  exposeLoad(metrics, node);
  const attendees = () => audiences.list().flatMap((audience) => [...audience.fanOut.attendees]);
  metrics.gauge("attendees", "Sockets of participants", () => attendees().length);
  metrics.gauges("attendees_by_path", "Attendees by tier and network path", ["delivery", "path"], () =>
    countBy(attendees(), ({ delivery, path }) => ({ delivery, path: path ?? "unknown" })),
  );
  metrics.gauge("transports", "WebRTC transports", () =>
    sum(attendees(), ({ transportCount }) => transportCount),
  );
  metrics.gauge("consumers", "Consumers", () => sum(attendees(), ({ consumerCount }) => consumerCount));
  metrics.gauges("receivers_by_worker", "Receivers by media worker", ["worker"], () =>
    countBy(attendees(), ({ branch }) => branch && { worker: `${branch.place.worker.pid}` }),
  );
  metrics.gauges("worker_send_bits", "Sent to receivers now, bit/s, by media worker", ["worker"], () =>
    bitsByWorker(attendees()),
  );
  metrics.gauge("video_held", "Receivers whose network has room for sound only", () =>
    sum(attendees(), ({ videoHeld }) => (videoHeld ? 1 : 0)),
  );
  metrics.gauge("pipes", "Pipes from origins", () => audiences.list().filter(({ linked }) => linked).length);
  metrics.gauge("pipes_below", "Pipes to edges that take the stage from here", below);
  const piped = () => audiences.list().flatMap((audience) => audience.pipedProducers);
  metrics.gauges("pipe_packets_lost", "Packets lost on the way from the origin", ["source"], () =>
    readStreams(piped(), ({ packetsLost }) => packetsLost),
  );
  metrics.gauges("pipe_packets", "Packets from the origin", ["source"], () =>
    readStreams(piped(), ({ packetCount }) => packetCount),
  );
  metrics.gauges("pipe_rtt_ms", "Round trip to the origin", ["source"], () =>
    readStreams(piped(), ({ roundTripTime }) => roundTripTime, Math.max),
  );
  metrics.gauges("pipe_key_frame_requests", "Key frames asked of the origin", ["source"], () =>
    readStreams(piped(), ({ pliCount, firCount }) => pliCount + firCount),
  );
  metrics.gauges("seats_taken", "Interactive seats taken or kept, all edges together", ["webinar"], () =>
    eachWebinar(audiences, (webinarId) => ledger.taken(webinarId)),
  );
  metrics.gauges("seats_waiting", "People who wait for a seat", ["webinar"], () =>
    eachWebinar(audiences, (webinarId) => ledger.waiting(webinarId)),
  );
  metrics.gauge("facts_queued", "Facts web has not accepted yet", () => facts.queued);

  const joins = metrics.histogram("join_seconds", "From hello to the room", seconds);
  const relieved = metrics.counter(
    "relieved_total",
    "Moved to the broadcast because the edge was overloaded",
  );
  const refusals = metrics.counter("refused_total", "Sockets not let in", ["code"]);
  const firstFrames = metrics.histogram(
    "first_frame_seconds",
    "From the click to the first frame, as browsers tell",
    seconds,
  );
  const freezes = metrics.counter("freezes_total", "Freezes of the picture, as browsers tell");
  const frozen = metrics.counter("frozen_seconds_total", "Time the picture stood still, as browsers tell");
  const decoded = metrics.counter("frames_decoded_total", "Frames decoded, as browsers tell");
  const switches = metrics.counter(
    "layer_switches_total",
    "Spatial and temporal layers switched, as browsers tell",
  );
  return {
    joined: (time) => joins.observe(time),
    refused: (code) => refusals.inc({ code }),
    relieved: (count) => relieved.inc(count),
    reported: (report) => {
      if (report.firstFrameMs !== undefined) firstFrames.observe(report.firstFrameMs / 1000);
      freezes.inc(report.freezes);
      frozen.inc(report.frozenMs / 1000);
      decoded.inc(report.framesDecoded);
      switches.inc(report.layerSwitches);
    },
  };
}

const sum = <T>(items: readonly T[], of: (item: T) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

function countBy<T>(
  items: readonly T[],
  labelsOf: (item: T) => Record<string, string> | undefined,
): LabelledValue[] {
  const counts = new Map<string, LabelledValue>();
  for (const item of items) {
    const labels = labelsOf(item);
    if (!labels) continue;
    const key = JSON.stringify(labels);
    const entry = counts.get(key) ?? { labels, value: 0 };
    entry.value++;
    counts.set(key, entry);
  }
  return [...counts.values()];
}

/** mediasoup is asked once for each receiver: some milliseconds for hundreds. */
async function bitsByWorker(attendees: readonly Attendee[]): Promise<LabelledValue[]> {
  const byWorker = new Map<string, number>();
  await Promise.all(
    attendees.map(async (attendee) => {
      const worker = attendee.branch?.place.worker.pid;
      if (worker === undefined) return;
      const bits = await attendee.sendBitrate();
      byWorker.set(`${worker}`, (byWorker.get(`${worker}`) ?? 0) + bits);
    }),
  );
  return [...byWorker].map(([worker, value]) => ({ labels: { worker }, value }));
}

/** Nothing is said while Redis is away. */
async function eachWebinar(
  audiences: Audiences,
  read: (webinarId: string) => Promise<number>,
): Promise<LabelledValue[]> {
  const values = audiences.list().map(async ({ webinarId }) => ({
    labels: { webinar: webinarId },
    value: await read(webinarId),
  }));
  return Promise.all(values).catch(() => []);
}

/** For who comes and is not counted. */
export const unmeasured: EdgeMeasures = {
  joined: () => undefined,
  refused: () => undefined,
  reported: () => undefined,
  relieved: () => undefined,
};
