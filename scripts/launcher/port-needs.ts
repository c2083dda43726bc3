import { edgeNames, edgePorts, type PortNeed, portsOf } from "./ports.ts";
import type { Settings } from "./settings.ts";
import { which } from "./system.ts";

/** The fixed ports that these settings will listen on. Ranges are left to who binds them. */
export function portNeeds(settings: Settings): PortNeed[] {
  const ports = portsOf(settings.portBase);
  const { listenIp, external } = settings;
  const local = "127.0.0.1";
  const edges = edgeNames
    .slice(0, settings.edges)
    .map((name) => ({ name, ...edgePorts(settings.portBase, name) }));
  const tcp = (port: number, what: string, ip = listenIp): PortNeed => ({ port, protocol: "tcp", ip, what });
  const udp = (port: number, what: string): PortNeed => ({ port, protocol: "udp", ip: listenIp, what });
  return [
    tcp(ports.web, "web"),
    ...(external.smtpUrl ? [] : [tcp(ports.smtp, "mail", local), tcp(ports.inbox, "the mail inbox", local)]),
    tcp(ports.origin, "origin"),
    ...(settings.origins > 1 ? [tcp(ports.origin2, "origin-2")] : []),
    ...edges.map(({ name, http }) => tcp(http, name)),
    tcp(ports.egress, "egress"),
    tcp(ports.rtmp, "the RTMP hub", local),
    tcp(ports.ingestRtmp, "RTMP of encoders"),
    ...(external.databaseUrl ? [] : [tcp(ports.postgres, "PostgreSQL", local)]),
    ...(external.redisUrl ? [] : [tcp(ports.redis, "Redis", local)]),
    ...(external.turnUrls || !which("turnserver")
      ? []
      : [
          tcp(ports.turn, "TURN"),
          udp(ports.turn, "TURN"),
          ...(settings.turn.tls ? [tcp(settings.turn.tls.port, "TURN over TLS")] : []),
        ]),
    ...(
      [
        [ports.originRtc, "origin media"],
        ...(settings.origins > 1 ? [[ports.origin2Rtc, "origin-2 media"] as const] : []),
        ...edges.map(({ name, rtc }) => [rtc, `${name} media`] as const),
      ] as const
    ).flatMap(([port, what]) => [tcp(port, what), udp(port, what)]),
  ];
}
