import { z } from "zod";
import { NodeEpoch, NodeId } from "../ids.ts";
import { EpochMs } from "../time.ts";
import { NodeKind } from "../token.ts";

/** Load of a node, for placement and for people. */
export const NodeLoad = z.object({
  /** Participants served: edge sockets, origin panelists, egress programmes. */
  peers: z.number().int().nonnegative(),
  consumers: z.number().int().nonnegative(),
  /** Share of one core used by the busiest media worker, 0..1. */
  workerCpu: z.number().min(0),
  /** p99 of the event loop's delay, ms. */
  eventLoopDelayMs: z.number().min(0),
});
export type NodeLoad = z.infer<typeof NodeLoad>;

/** Announced every 500 ms under `node:{kind}:{id}`; a node silent for 2 s is taken for dead. */
export const NodeHeartbeat = z.object({
  nodeId: NodeId,
  kind: NodeKind,
  epoch: NodeEpoch,
  region: z.string().max(64),
  publicUrl: z.url(),
  internalUrl: z.url(),
  /** Where encoders publish over RTMP, without the key: an egress that takes them. */
  rtmpUrl: z.url().optional(),
  draining: z.boolean(),
  /** Peers this node is willing to serve in all. */
  capacity: z.number().int().nonnegative(),
  load: NodeLoad,
  /** Peers per webinar, for packing. */
  webinars: z.record(z.string(), z.number().int().nonnegative()),
  at: EpochMs,
});
export type NodeHeartbeat = z.infer<typeof NodeHeartbeat>;
