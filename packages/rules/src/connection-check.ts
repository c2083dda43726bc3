/** What a test of somebody's connection found; null: not tried or not offered. */
export type Measured = {
  /** The browser can take part. */
  browser: boolean;
  /** The edge's socket opened. */
  socket: boolean;
  udp: boolean | null;
  tcp: boolean | null;
  turn: boolean | null;
  rttMs: number | null;
  /** Of the packets sent, 0 to 1. */
  loss: number | null;
  downKbps: number | null;
  heard: boolean | null;
};

export const connectionVerdicts = ["good", "fair", "limited", "bad"] as const;
export type ConnectionVerdict = (typeof connectionVerdicts)[number];
export const connectionFindings = [
  "socket",
  "browser",
  "no-path",
  "udp-blocked",
  "slow",
  "loss",
  "far",
  "sound",
  "fine",
] as const;
export type Finding = (typeof connectionFindings)[number];

/** Sound and a small picture need this, kbit/s; below it sound alone is left. */
const leastKbps = 700;
/** A full picture with others beside it. */
const easyKbps = 2000;
const muchLoss = 0.05;
const longRttMs = 400;

/** What each finding makes of it at best. */
const levels: Record<Finding, ConnectionVerdict> = {
  socket: "bad",
  browser: "limited",
  "no-path": "limited",
  "udp-blocked": "fair",
  slow: "fair",
  loss: "fair",
  far: "fair",
  sound: "fair",
  fine: "good",
};

/** The worst first. Findings that follow from a worse one are left out. */
export function judgeConnection(found: Measured): { verdict: ConnectionVerdict; findings: Finding[] } {
  const sound: Finding[] = found.heard === false ? ["sound"] : [];
  if (!found.socket) return { verdict: "bad", findings: ["socket", ...sound] };
  if (!found.browser) return { verdict: "limited", findings: ["browser", ...sound] };
  if (!found.udp && !found.tcp && !found.turn) return { verdict: "limited", findings: ["no-path", ...sound] };
  const all: Finding[] = [
    ...(found.udp === false ? (["udp-blocked"] as const) : []),
    ...(found.downKbps !== null && found.downKbps < easyKbps ? (["slow"] as const) : []),
    ...((found.loss ?? 0) > muchLoss ? (["loss"] as const) : []),
    ...((found.rttMs ?? 0) > longRttMs ? (["far"] as const) : []),
    ...sound,
  ];
  const tooSlow = found.downKbps !== null && found.downKbps < leastKbps;
  const worst = tooSlow
    ? "limited"
    : (connectionVerdicts.findLast((level) => all.some((one) => levels[one] === level)) ?? "good");
  return { verdict: worst, findings: all.length > 0 ? all : ["fine"] };
}
