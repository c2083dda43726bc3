/**
 * A link that is worse than the one there is:
 *
 *   node src/relay/main.ts --udp 127.0.0.1:7500 --to 127.0.0.1:5000 --delay 50 --loss 3 --seed 7
 *   node src/relay/main.ts --udp 10.0.0.2:4789 --from 10.0.1.1:4789 --to 10.0.2.1:4789 --delay 50
 *   node src/relay/main.ts --tcp 127.0.0.1:7501 --to 127.0.0.1:80 --delay 50 --rate 400
 *
 * Values hold for each direction: a delay of 50 makes a round trip of 100 ms. A line of JSON on standard input changes
 * the shape (`{"delayMs":0}` for both directions, `{"forth":{...}}` or `{"back":{...}}` for one) and is answered, as is an
 * empty line, with a line of counts.
 */
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { type Shape, shapeOf } from "./shape.ts";
import { TcpRelay } from "./tcp-relay.ts";
import { type Address, UdpRelay } from "./udp-relay.ts";

const number = { type: "string" } as const;
const { values } = parseArgs({
  options: {
    udp: number,
    tcp: number,
    from: number,
    to: number,
    seed: { ...number, default: "1" },
    delay: number,
    jitter: number,
    loss: number,
    burst: number,
    reorder: number,
    "reorder-by": number,
    duplicate: number,
    rate: number,
    queue: number,
  },
});

/** `host:port`, the host of IPv6 in brackets. */
function addressOf(text: string | undefined, flag: string): Address {
  const [, bracketed, plain, port] = /^(?:\[(.+)\]|([^:]+)):(\d+)$/.exec(text ?? "") ?? [];
  const host = bracketed ?? plain;
  if (!host || !port) throw new RangeError(`--${flag} needs HOST:PORT`);
  return { host, port: Number(port) };
}

const flags = {
  delay: "delayMs",
  jitter: "jitterMs",
  loss: "lossPct",
  burst: "lossBurst",
  reorder: "reorderPct",
  "reorder-by": "reorderByMs",
  duplicate: "duplicatePct",
  rate: "rateKbit",
  queue: "queueMs",
} as const;

function shapeFromFlags(): Partial<Shape> {
  return Object.fromEntries(
    Object.entries(flags).flatMap(([flag, name]) => {
      const text = values[flag as keyof typeof flags];
      return text === undefined ? [] : [[name, Number(text)]];
    }),
  );
}

async function open(shape: Partial<Shape>): Promise<UdpRelay | TcpRelay> {
  const common = {
    to: addressOf(values.to, "to"),
    forth: shapeOf(shape),
    back: shapeOf(shape),
    seed: Number(values.seed),
  };
  if (values.udp === undefined) return TcpRelay.open({ ...common, bind: addressOf(values.tcp, "tcp") });
  return UdpRelay.open({
    ...common,
    bind: addressOf(values.udp, "udp"),
    ...(values.from === undefined ? {} : { from: addressOf(values.from, "from") }),
  });
}

type Change = Partial<Shape> & { forth?: Partial<Shape>; back?: Partial<Shape> };

/** Later changes build on earlier ones. */
function reshaper(first: Partial<Shape>): (change: Change) => { forth: Shape; back: Shape } {
  const now = { forth: { ...first }, back: { ...first } };
  return ({ forth, back, ...both }) => {
    now.forth = { ...now.forth, ...both, ...forth };
    now.back = { ...now.back, ...both, ...back };
    return { forth: shapeOf(now.forth), back: shapeOf(now.back) };
  };
}

const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

try {
  const shape = shapeFromFlags();
  const relay = await open(shape);
  const reshape = reshaper(shape);
  say({ listening: relay.address });
  createInterface({ input: process.stdin }).on("line", (line) => {
    try {
      if (line.trim() !== "") relay.reshape(reshape(JSON.parse(line) as Change));
      say(relay.counts);
    } catch (error) {
      say({ error: error instanceof Error ? error.message : String(error) });
    }
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
} catch (error) {
  process.stderr.write(`relay: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(64); // EX_USAGE
}
