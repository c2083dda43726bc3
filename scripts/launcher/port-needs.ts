import { type MediaName, mediaNodes } from "./plan.ts";
import { type PortNeed, type Ports, portsOf } from "./ports.ts";
import type { Settings } from "./settings.ts";
import { which } from "./system.ts";

/** HTTP and media port of each node. */
const mediaPorts = (ports: Ports): Record<MediaName, [number, number]> => ({
  origin: [ports.origin, ports.originRtc],
  "origin-2": [ports.origin2, ports.origin2Rtc],
  "edge-1": [ports.edge1, ports.edge1Rtc],
  "edge-2": [ports.edge2, ports.edge2Rtc],
  "edge-3": [ports.edge3, ports.edge3Rtc],
});

/** The fixed ports that these settings will listen on. Ranges are left to who binds them. */
export function portNeeds(settings: Settings): PortNeed[] {
  const ports = portsOf(settings.portBase);
  const { listenIp, external } = settings;
  const local = "127.0.0.1";
  const tcp = (port: number, what: string, ip = listenIp): PortNeed => ({ port, protocol: "tcp", ip, what });
  const udp = (port: number, what: string): PortNeed => ({ port, protocol: "udp", ip: listenIp, what });
  return [
    tcp(ports.web, "web"),
    ...(external.smtpUrl ? [] : [tcp(ports.smtp, "mail", local), tcp(ports.inbox, "the mail inbox", local)]),
    tcp(ports.egress, "egress"),
    tcp(ports.rtmp, "the RTMP hub", local),
    ...(external.databaseUrl ? [] : [tcp(ports.postgres, "PostgreSQL", local)]),
    ...(external.redisUrl ? [] : [tcp(ports.redis, "Redis", local)]),
    ...(external.turnUrls || !which("turnserver") ? [] : [tcp(ports.turn, "TURN"), udp(ports.turn, "TURN")]),
    ...mediaNodes(settings).flatMap((name) => {
      const [http, rtc] = mediaPorts(ports)[name];
      return [tcp(http, name), tcp(rtc, `${name} media`), udp(rtc, `${name} media`)];
    }),
  ];
}
