import { rmSync } from "node:fs";
import path from "node:path";
import { rank } from "@rostrum/rules";
import { descendants } from "../e2e/product.ts";
import { assert, until } from "../e2e/runner.ts";
import { admitAs, snapshotOf } from "../wire/api.ts";
import { edges, type Scene } from "./kills-scene.ts";

/** What one repetition did. */
export type Disturbance = {
  /** Edge whose viewers are hit; undefined when everybody is. */
  edge?: string;
  /** Runs while the viewers are watched; resolves with what is wrong. */
  check?: (scene: Scene, since: number) => Promise<string[]>;
};

export type KillCase = {
  name: string;
  /** Watched for this long from the disturbance, ms. */
  watchMs: number;
  /** Who is watched: attendees over WebRTC, or one viewer of the broadcast. */
  tier: "webrtc" | "hls";
  /** Edges far from the origins: one takes the stage over the distance and hands it on to the others of its region. */
  distant?: true;
  /** Needs a machine where processes can be cut off (kills-cut.ts). */
  cuts?: true;
  /** What must be so before it is disturbed. */
  prepare?: (scene: Scene) => Promise<void>;
  disturb: (scene: Scene, repetition: number) => Promise<Disturbance>;
};

const frozenMs = 10_000;

/** To the process and all it started: a machine that goes takes them together. */
function signal(scene: Scene, name: string, what: NodeJS.Signals): void {
  process.kill(-scene.product.pid(name), what);
}

async function edgeOfOne(scene: Scene, repetition: number): Promise<string> {
  const edges = await scene.edgesOfViewers();
  const edge = edges[repetition % edges.length];
  assert(edge, "a viewer is on an edge");
  return edge;
}

/** Whoever was on `edge` is somewhere else now. */
async function movedAway(scene: Scene, edge: string): Promise<string[]> {
  const edges = await scene.edgesOfViewers();
  return edges.includes(edge) ? [`a viewer is still on ${edge}`] : [];
}

/** SIGSTOP for ten seconds, then SIGCONT: resolves some time after the return, when any harm is done. */
async function freeze(scene: Scene, name: string): Promise<void> {
  const pid = scene.product.pid(name);
  process.kill(-pid, "SIGSTOP");
  try {
    await new Promise((resolve) => setTimeout(resolve, frozenMs));
  } finally {
    process.kill(-pid, "SIGCONT");
  }
  await new Promise((resolve) => setTimeout(resolve, 3000));
}

/** Ten seconds without a network, then the same network again. */
async function partition(scene: Scene, name: string): Promise<void> {
  await scene.cutOff(name);
  try {
    await new Promise((resolve) => setTimeout(resolve, frozenMs));
  } finally {
    await scene.heal();
  }
  await new Promise((resolve) => setTimeout(resolve, 3000));
}

/**
 * See to it that an edge hands the stage on. A link that works is kept whatever the plan says by now, so an edge that
 * came before the root of its region has one of its own: it comes back below the root.
 */
async function arrangeRelay(scene: Scene): Promise<void> {
  for (let attempt = 0; attempt < 6; attempt++) {
    const relay = await until("an edge hands the stage on", 5000, () => scene.relay()).catch(() => undefined);
    if (relay !== undefined) return;
    const [root] = rank(scene.webinarId, edges);
    const early = (await scene.edgesOfViewers()).find((edge) => edge !== root);
    if (early !== undefined) signal(scene, early, "SIGKILL");
    await scene.settle();
  }
}

async function relayOf(scene: Scene): Promise<string> {
  const relay = await scene.relay();
  assert(relay, "an edge hands the stage on");
  return relay;
}

/** Exactly one origin has the stage, and it is not `old`. */
async function oneStage(scene: Scene, old?: string): Promise<string[]> {
  const having = await scene.withStage();
  if (having.length !== 1) return [`${having.length} origins have the stage: ${having.join(", ")}`];
  return having[0] === old ? [`${old} still has the stage`] : [];
}

/** The stage is where it was. */
async function stays(scene: Scene, owner: string, faults: string[]): Promise<string[]> {
  return (await scene.owner()) === owner ? faults : [...faults, `the stage left ${owner}`];
}

/** Everybody who asks is admitted and counted again. */
async function rebuilt(scene: Scene, since: number): Promise<string[]> {
  const wanted = scene.viewers.length;
  try {
    await until("admission and presence are back", 15_000, async () => {
      const { edge } = await admitAs(scene.web, scene.inspector);
      const { presence } = await snapshotOf(edge.url, edge.token);
      return presence.webrtc === wanted;
    });
    const ms = Date.now() - since;
    process.stderr.write(`      registry, presence and seats after ${ms} ms\n`);
    return ms <= 10_000 ? [] : [`registry, presence and seats were rebuilt after ${ms} ms`];
  } catch (error) {
    return [error instanceof Error ? error.message : String(error)];
  }
}

export const killCases: KillCase[] = [
  // What the same machine does to a picture that nobody disturbs.
  {
    name: "nothing, for comparison",
    watchMs: 8000,
    tier: "webrtc",
    disturb: async (scene) => ({ check: () => oneStage(scene) }),
  },
  {
    name: "edge SIGKILL",
    watchMs: 8000,
    tier: "webrtc",
    disturb: async (scene, repetition) => {
      const edge = await edgeOfOne(scene, repetition);
      signal(scene, edge, "SIGKILL");
      return { edge, check: () => movedAway(scene, edge) };
    },
  },
  {
    name: "origin SIGKILL",
    watchMs: 10_000,
    tier: "webrtc",
    disturb: async (scene) => {
      const old = await scene.owner();
      signal(scene, old, "SIGKILL");
      return { check: () => oneStage(scene, old) };
    },
  },
  {
    name: "edge SIGSTOP, SIGCONT after 10 s",
    watchMs: frozenMs + 4000,
    tier: "webrtc",
    disturb: async (scene, repetition) => {
      const edge = await edgeOfOne(scene, repetition);
      const frozen = freeze(scene, edge);
      return { edge, check: () => frozen.then(() => movedAway(scene, edge)) };
    },
  },
  {
    name: "origin SIGSTOP, SIGCONT after 10 s",
    watchMs: frozenMs + 4000,
    tier: "webrtc",
    disturb: async (scene) => {
      const old = await scene.owner();
      const frozen = freeze(scene, old);
      return { check: () => frozen.then(() => oneStage(scene, old)) };
    },
  },
  {
    name: "edge partitioned for 10 s",
    watchMs: frozenMs + 4000,
    tier: "webrtc",
    cuts: true,
    disturb: async (scene, repetition) => {
      const edge = await edgeOfOne(scene, repetition);
      const parted = partition(scene, edge);
      return { edge, check: () => parted.then(() => movedAway(scene, edge)) };
    },
  },
  {
    name: "origin partitioned for 10 s",
    watchMs: frozenMs + 4000,
    tier: "webrtc",
    cuts: true,
    disturb: async (scene) => {
      const old = await scene.owner();
      const parted = partition(scene, old);
      return { check: () => parted.then(() => oneStage(scene, old)) };
    },
  },
  {
    name: "edge drained (SIGTERM)",
    watchMs: 8000,
    tier: "webrtc",
    disturb: async (scene, repetition) => {
      const edge = await edgeOfOne(scene, repetition);
      process.kill(scene.product.pid(edge), "SIGTERM");
      return { edge, check: () => movedAway(scene, edge) };
    },
  },
  {
    name: "media worker of an edge SIGKILL",
    watchMs: 8000,
    tier: "webrtc",
    disturb: async (scene, repetition) => {
      const edge = await edgeOfOne(scene, repetition);
      const pid = scene.product.pid(edge);
      const [worker] = descendants(pid);
      assert(worker, `${edge} has a media worker`);
      process.kill(worker, "SIGKILL");
      const check = async (): Promise<string[]> =>
        scene.product.pid(edge) === pid ? [] : [`${edge} went down with its worker`];
      return { edge, check };
    },
  },
  {
    name: "Redis SIGKILL, back empty",
    watchMs: 12_000,
    tier: "webrtc",
    disturb: async (scene) => {
      const owner = await scene.owner();
      const data = scene.product.folder("redis");
      signal(scene, "redis", "SIGKILL");
      for (const folder of ["appendonlydir", "dump.rdb"])
        rmSync(path.join(data, folder), { recursive: true, force: true });
      return { check: async (_, since) => stays(scene, owner, await rebuilt(scene, since)) };
    },
  },
  {
    name: "web SIGKILL",
    watchMs: 10_000,
    tier: "webrtc",
    disturb: async (scene) => {
      signal(scene, "web", "SIGKILL");
      return { check: () => oneStage(scene) };
    },
  },
  {
    name: "PostgreSQL SIGKILL",
    watchMs: 10_000,
    tier: "webrtc",
    disturb: async (scene) => {
      signal(scene, "postgres", "SIGKILL");
      return { check: () => oneStage(scene) };
    },
  },
  {
    name: "egress SIGKILL",
    watchMs: 15_000,
    tier: "hls",
    disturb: async (scene) => {
      signal(scene, "egress", "SIGKILL");
      return {};
    },
  },
  {
    name: "Redis SIGSTOP, SIGCONT after 10 s",
    watchMs: frozenMs + 4000,
    tier: "webrtc",
    disturb: async (scene) => {
      const owner = await scene.owner();
      const frozen = freeze(scene, "redis");
      return {
        check: () => frozen.then(() => oneStage(scene)).then((faults) => stays(scene, owner, faults)),
      };
    },
  },
  {
    name: "web SIGSTOP, SIGCONT after 10 s",
    watchMs: frozenMs + 4000,
    tier: "webrtc",
    disturb: async (scene) => {
      const frozen = freeze(scene, "web");
      return { check: () => frozen.then(() => oneStage(scene)) };
    },
  },
  {
    name: "origin drained (SIGTERM)",
    watchMs: 10_000,
    tier: "webrtc",
    disturb: async (scene) => {
      const old = await scene.owner();
      process.kill(scene.product.pid(old), "SIGTERM");
      return { check: () => oneStage(scene, old) };
    },
  },
  {
    name: "Redis partitioned for 10 s",
    watchMs: frozenMs + 4000,
    tier: "webrtc",
    cuts: true,
    disturb: async (scene) => {
      const owner = await scene.owner();
      const parted = partition(scene, "redis");
      return {
        check: () => parted.then(() => oneStage(scene)).then((faults) => stays(scene, owner, faults)),
      };
    },
  },
  {
    name: "web partitioned for 10 s",
    watchMs: frozenMs + 4000,
    tier: "webrtc",
    cuts: true,
    disturb: async (scene) => {
      const parted = partition(scene, "web");
      return { check: () => parted.then(() => oneStage(scene)) };
    },
  },
  {
    name: "relay SIGKILL",
    watchMs: 10_000,
    tier: "webrtc",
    distant: true,
    prepare: arrangeRelay,
    disturb: async (scene) => {
      const relay = await relayOf(scene);
      signal(scene, relay, "SIGKILL");
      return { check: () => movedAway(scene, relay) };
    },
  },
  {
    name: "relay SIGSTOP, SIGCONT after 10 s",
    watchMs: frozenMs + 4000,
    tier: "webrtc",
    distant: true,
    prepare: arrangeRelay,
    disturb: async (scene) => {
      const relay = await relayOf(scene);
      const frozen = freeze(scene, relay);
      return { check: () => frozen.then(() => movedAway(scene, relay)) };
    },
  },
  {
    name: "relay partitioned for 10 s",
    watchMs: frozenMs + 4000,
    tier: "webrtc",
    distant: true,
    prepare: arrangeRelay,
    cuts: true,
    disturb: async (scene) => {
      const relay = await relayOf(scene);
      const parted = partition(scene, relay);
      return { check: () => parted.then(() => movedAway(scene, relay)) };
    },
  },
];
