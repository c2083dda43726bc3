/**
 * The bed as a table: regions, each a bridge with hosts on it and a router; between two regions a link that is one
 * process of ours. Everything lives in namespaces, nothing in the machine's own network.
 */
export type RegionPlan = {
  name: string;
  /** First three octets of its /24; the router is .1. */
  net: string;
  /** Host name to last octets of its addresses, the first one being its own. */
  hosts: Record<string, number[]>;
};
export type BedPlan = { regions: RegionPlan[] };

export type Command = readonly string[];
export type LinkPlan = {
  /** Both ends, in the order of the plan's regions. */
  regions: readonly [string, string];
  namespace: string;
  /** Underlay addresses of the two routers, and where the relay between them listens. */
  ends: readonly [string, string];
  relays: readonly [string, string];
};

/** Bytes that a tunnel takes of a packet (VXLAN over IPv4, RFC 7348 §5), so that hosts never fragment. */
const tunnelBytes = 50;
const mtu = String(1500 - tunnelBytes);
const vxlanPort = 4789;

export const namespaceOf = (prefix: string, host: string): string => `${prefix}${host}`;
export const routerOf = (region: string): string => `router-${region}`;
/** The router's end of a host's cable. Device names have 15 characters at most. */
export const portOf = (host: string): string => `p-${host}`.slice(0, 15);

/** Every namespace of the plan. */
export function namespaces(prefix: string, plan: BedPlan): string[] {
  return [
    ...plan.regions.flatMap(({ name, hosts }) => [routerOf(name), ...Object.keys(hosts)]),
    ...links(prefix, plan).map(({ regions }) => `wan-${regions.join("-")}`),
  ].map((host) => namespaceOf(prefix, host));
}

/** One link for each pair of regions. */
export function links(prefix: string, plan: BedPlan): LinkPlan[] {
  const pairs = plan.regions.flatMap((a, i) =>
    plan.regions.slice(i + 1).map((b) => [a.name, b.name] as const),
  );
  return pairs.map((regions, i) => ({
    regions,
    namespace: namespaceOf(prefix, `wan-${regions.join("-")}`),
    ends: [`10.90.${i * 2}.2`, `10.90.${i * 2 + 1}.2`],
    relays: [`10.90.${i * 2}.1`, `10.90.${i * 2 + 1}.1`],
  }));
}

const inside = (namespace: string, ...command: string[]): Command => [
  "nsenter",
  `--net=/run/netns/${namespace}`,
  "--",
  ...command,
];
const ip = (namespace: string, ...args: string[]): Command => ["ip", "-n", namespace, ...args];

/** A cable between two namespaces, both ends up. */
function cable(
  a: { namespace: string; device: string },
  b: { namespace: string; device: string },
): Command[] {
  const peer = ["peer", "name", b.device, "netns", b.namespace];
  return [
    ip(a.namespace, "link", "add", a.device, "type", "veth", ...peer),
    ...[a, b].flatMap(({ namespace, device }) => [
      // A relay reads packets as bytes: checksums must be in them, and none be longer than the wire allows.
      inside(
        namespace,
        "ethtool",
        "-K",
        device,
        "tx",
        "off",
        "rx",
        "off",
        "gso",
        "off",
        "tso",
        "off",
        "gro",
        "off",
      ),
      ip(namespace, "link", "set", device, "up"),
    ]),
  ];
}

function hostCommands(prefix: string, region: RegionPlan, host: string): Command[] {
  const namespace = namespaceOf(prefix, host);
  const router = namespaceOf(prefix, routerOf(region.name));
  const port = portOf(host);
  return [
    ...cable({ namespace, device: "eth0" }, { namespace: router, device: port }),
    ip(namespace, "link", "set", "eth0", "mtu", mtu),
    ip(router, "link", "set", port, "mtu", mtu, "master", "br0"),
    ...(region.hosts[host] ?? []).map((octet) =>
      ip(namespace, "addr", "add", `${region.net}.${octet}/24`, "dev", "eth0"),
    ),
    ip(namespace, "route", "add", "default", "via", `${region.net}.1`),
    // Front doors listen on 443 without being root.
    inside(namespace, "sysctl", "-qw", "net.ipv4.ip_unprivileged_port_start=0"),
  ];
}

/** The tunnel between two routers, through the relay's namespace. */
function linkCommands(prefix: string, plan: BedPlan, link: LinkPlan): Command[] {
  const sides = link.regions.map((name, side) => {
    const other = plan.regions.find((region) => region.name === link.regions[1 - side]);
    const router = namespaceOf(prefix, routerOf(name));
    const underlay = `u-${link.regions[1 - side]}`.slice(0, 15);
    const tunnel = `wan-${link.regions[1 - side]}`.slice(0, 15);
    const [end, relay] = [link.ends[side] ?? "", link.relays[side] ?? ""];
    const overlay = [end, link.ends[1 - side] ?? ""].map((address) => address.replace(/^10\.90/, "10.91"));
    return [
      ...cable({ namespace: router, device: underlay }, { namespace: link.namespace, device: `side${side}` }),
      ip(router, "addr", "add", `${end}/30`, "dev", underlay),
      ip(link.namespace, "addr", "add", `${relay}/30`, "dev", `side${side}`),
      ip(
        router,
        "link",
        "add",
        tunnel,
        "type",
        "vxlan",
        "id",
        "42",
        "local",
        end,
        "remote",
        relay,
        "dstport",
        String(vxlanPort),
        "nolearning",
      ),
      inside(
        router,
        "ethtool",
        "-K",
        tunnel,
        "tx",
        "off",
        "rx",
        "off",
        "gso",
        "off",
        "tso",
        "off",
        "gro",
        "off",
      ),
      ip(router, "link", "set", tunnel, "mtu", mtu, "up"),
      ip(router, "addr", "add", `${overlay[0]}/32`, "peer", `${overlay[1]}/32`, "dev", tunnel),
      ip(router, "route", "add", `${other?.net}.0/24`, "via", overlay[1] ?? "", "dev", tunnel),
    ];
  });
  return sides.flat();
}

/** Everything that makes the plan real, in order, each command to succeed. */
export function buildCommands(prefix: string, plan: BedPlan): Command[] {
  return [
    ...namespaces(prefix, plan).flatMap((namespace) => [
      ["ip", "netns", "add", namespace] as Command,
      inside(namespace, "sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"),
      ip(namespace, "link", "set", "lo", "up"),
    ]),
    ...plan.regions.flatMap((region) => {
      const router = namespaceOf(prefix, routerOf(region.name));
      return [
        inside(router, "sysctl", "-qw", "net.ipv4.ip_forward=1"),
        ip(router, "link", "add", "br0", "type", "bridge"),
        ip(router, "link", "set", "br0", "up"),
        ip(router, "addr", "add", `${region.net}.1/24`, "dev", "br0"),
        ...Object.keys(region.hosts).flatMap((host) => hostCommands(prefix, region, host)),
      ];
    }),
    ...links(prefix, plan).flatMap((link) => linkCommands(prefix, plan, link)),
  ];
}

/** First address of a host. Throws when the plan has no such host. */
export function addressOf(plan: BedPlan, host: string, index = 0): string {
  for (const { net, hosts } of plan.regions) {
    const octet = hosts[host]?.[index];
    if (octet !== undefined) return `${net}.${octet}`;
  }
  throw new Error(`the plan has no address ${index} of ${host}`);
}
