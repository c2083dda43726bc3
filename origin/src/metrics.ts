import type { Metrics } from "@rostrum/platform";
import { exposeLoad, type MediaNode, readStreams } from "@rostrum/sfu";
import type { Stages } from "./stages.ts";

type Measured = { node: MediaNode; stages: Stages } & Record<
  "pipes" | "programmes" | "whip" | "ingests",
  () => number
>;

/** What an origin says of itself at /metrics. */
export function exposeMetrics(
  metrics: Metrics,
  { node, stages, pipes, programmes, whip, ingests }: Measured,
): void {
  exposeLoad(metrics, node);
  metrics.gauge("stages", "Stages this origin owns", () => stages.list().length);
  metrics.gauge("panelists", "Panelist sockets", () =>
    stages.list().reduce((sum, stage) => sum + stage.panelistCount, 0),
  );
  metrics.gauge("pipes", "Pipes to edges", pipes);
  metrics.gauge("programme_feeds", "Feeds to egress", programmes);
  metrics.gauge("whip_sessions", "Encoders publishing over WHIP", whip);
  metrics.gauge("ingest_feeds", "Encoders that egress brings from RTMP", ingests);
  metrics.gauge("producers", "Producers on stages", () =>
    stages.list().reduce((sum, stage) => sum + stage.board.list().length, 0),
  );
  metrics.gauges("stage_key_frame_requests", "Key frames asked of producers on stage", ["source"], () =>
    readStreams(
      stages.list().flatMap((stage) => stage.producers),
      ({ pliCount, firCount }) => pliCount + firCount,
    ),
  );
}
