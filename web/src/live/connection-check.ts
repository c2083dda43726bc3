import { checkMethods, type IceServer } from "@rostrum/protocol";
import type { Measured } from "@rostrum/rules";
import type { Device, types } from "mediasoup-client";
import { hasWebRtc } from "./reach-watch.ts";
import { loadDevice } from "./receive.ts";
import { Rpc } from "./rpc.ts";

export type CheckPlan = { url: string; token: string; iceServers: IceServer[] };
export type Way = "udp" | "tcp" | "turn";

/** A way that does not open within this is blocked, ms. */
const wayMs = 8000;
/** For packets that are still on their way when the flood is over, ms. */
const lastPacketsMs = 500;
/** Of the packets: the first ones come while the channel finds its speed, and say nothing about loss. */
const warmUp = 0.25;
/** What the edge sends at most, kbit/s of payload: nobody can be measured above it. */
export const floodKbps = 4000;

const untried: Measured = {
  browser: false,
  socket: false,
  udp: null,
  tcp: null,
  turn: null,
  rttMs: null,
  loss: null,
  downKbps: null,
  heard: null,
};

type Opened = { way: Way; transport: types.Transport; channel: types.DataConsumer };

/**
 * Try every way to an edge with real ICE and DTLS, then measure over the best one that opens. `onProgress` is told of each
 * result as it is known. Never rejects for what the network does: that is the result.
 */
export async function checkConnection(
  plan: CheckPlan,
  onProgress: (measured: Measured) => void,
): Promise<Measured> {
  let found: Measured = { ...untried, browser: hasWebRtc() };
  const tell = (more: Partial<Measured>) => {
    found = { ...found, ...more };
    onProgress(found);
  };
  const connected = await Rpc.connect(plan.url, plan.token).catch(() => undefined);
  tell({ socket: connected !== undefined });
  if (!connected) return found;
  const { rpc, hello } = connected;
  try {
    if (!found.browser) return found;
    const { routerRtpCapabilities } = checkMethods.hello.response.parse(hello);
    const device = await loadDevice(routerRtpCapabilities as types.RtpCapabilities);
    const ways: Way[] = plan.iceServers.length > 0 ? ["udp", "tcp", "turn"] : ["udp", "tcp"];
    const opened = await Promise.all(
      ways.map(async (way) => {
        const one = await openWay({ rpc, device, iceServers: plan.iceServers }, way).catch(() => undefined);
        tell({ [way]: one !== undefined });
        return one;
      }),
    );
    const best = opened.find((one) => one !== undefined);
    if (best) tell(await measure(rpc, best));
    for (const one of opened) one?.transport.close();
    return found;
  } finally {
    rpc.lose("the test is over");
  }
}

type Tools = { rpc: Rpc; device: Device; iceServers: IceServer[] };

async function openWay({ rpc, device, iceServers }: Tools, way: Way): Promise<Opened> {
  const { channel: offered, ...answer } = checkMethods["check.open"].response.parse(
    await rpc.request("check.open", {}),
  );
  const options = answer as unknown as types.TransportOptions;
  const relayed = way === "turn";
  const transport = device.createRecvTransport({
    ...options,
    iceCandidates: relayed
      ? options.iceCandidates
      : options.iceCandidates.filter(({ protocol }) => protocol === way),
    iceServers: relayed ? iceServers : [],
    iceTransportPolicy: relayed ? "relay" : "all",
  });
  transport.on("connect", ({ dtlsParameters }, done, failed) => {
    rpc.request("check.connect", { transportId: transport.id, dtlsParameters }).then(() => done(), failed);
  });
  try {
    const channel = await transport.consumeData(offered as unknown as types.DataConsumerOptions);
    await isOpen(channel);
    return { way, transport, channel };
  } catch (error) {
    transport.close();
    throw error;
  }
}

/** The channel opens when ICE, DTLS and SCTP have all got through. */
function isOpen(channel: types.DataConsumer): Promise<void> {
  if (channel.readyState === "open") return Promise.resolve();
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("this way is blocked")), wayMs);
    channel.on("open", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** Numbered packets for two seconds: how many arrive, how fast, and how long a round trip takes meanwhile. */
async function measure(rpc: Rpc, { transport, channel }: Opened): Promise<Partial<Measured>> {
  const arrived = new Set<number>();
  const times: number[] = [];
  channel.on("message", (data: unknown) => {
    if (!(data instanceof ArrayBuffer)) return;
    arrived.add(new DataView(data).getUint32(0));
    times.push(performance.now());
  });
  const rtts: number[] = [];
  const sampling = setInterval(() => void roundTrip(transport).then((ms) => ms && rtts.push(ms)), 250);
  try {
    const { sent, bytes } = checkMethods["check.flood"].response.parse(
      await rpc.request("check.flood", { transportId: transport.id }),
    );
    await new Promise((resolve) => setTimeout(resolve, lastPacketsMs));
    const rttMs = median(rtts) ?? (await roundTrip(transport));
    if (sent === 0) return { rttMs };
    const seconds = Math.max(0.5, ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000);
    const from = Math.floor(sent * warmUp);
    const counted = [...arrived].filter((number) => number >= from).length;
    return {
      rttMs,
      loss: 1 - Math.min(1, counted / (sent - from)),
      downKbps: Math.round((arrived.size * bytes * 8) / 1000 / seconds),
    };
  } catch {
    return {};
  } finally {
    clearInterval(sampling);
  }
}

/** Of the pair of candidates in use, ms. */
async function roundTrip(transport: types.Transport): Promise<number | null> {
  const stats = await transport.getStats().catch(() => undefined);
  for (const entry of stats?.values() ?? []) {
    const pair = entry as {
      type: string;
      nominated?: boolean;
      state?: string;
      currentRoundTripTime?: number;
    };
    if (pair.type === "candidate-pair" && pair.nominated && pair.currentRoundTripTime !== undefined)
      return Math.round(pair.currentRoundTripTime * 1000 * 10) / 10;
  }
  return null;
}

function median(values: number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
