import { isIPv4, isIPv6 } from "node:net";

/** Names the caller for rate limits. Set for every request by `nameCaller`, whatever the caller sent. */
const header = "x-forwarded-for";

/**
 * The caller's address: the socket's own, or behind `trustedProxies` proxies, each of which appends the address it was
 * called from (RFC 7239 §5.2 tells why no other entry can be believed), the entry that the outermost of them wrote.
 */
export function callerAddress(
  forwarded: string | undefined,
  socketAddress: string,
  trustedProxies: number,
): string {
  const chain = [...(forwarded?.split(",").map((entry) => entry.trim()) ?? []), socketAddress].filter(
    Boolean,
  );
  return chain[Math.max(0, chain.length - 1 - trustedProxies)] ?? socketAddress;
}

type Incoming = {
  headers: Record<string, string | string[] | undefined>;
  socket: { remoteAddress?: string };
};

/** Before anyone handles a request: what it says of its caller becomes what is so. */
export function nameCaller({ headers, socket }: Incoming, trustedProxies: number): void {
  const given = headers[header];
  const forwarded = Array.isArray(given) ? given.join(",") : given;
  headers[header] = callerAddress(forwarded, socket.remoteAddress ?? "unknown", trustedProxies);
}

/**
 * What one subscriber and what one network is called for limits: of IPv6 the /64 and the /48, of IPv4 the address and the
 * /24. Whatever is no address is a network of its own.
 */
export function callerNetworks(address: string): { subscriber: string; network: string } {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  if (isIPv4(mapped))
    return { subscriber: mapped, network: `${mapped.split(".").slice(0, 3).join(".")}.0/24` };
  if (!isIPv6(mapped)) return { subscriber: mapped, network: mapped };
  const [head = "", tail = ""] = (mapped.split("%", 1)[0] ?? "").split("::");
  const parts = (text: string) => text.split(":").filter(Boolean);
  const left = parts(head);
  const right = parts(tail);
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  const groups = [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16).toString(16));
  return {
    subscriber: `${groups.slice(0, 4).join(":")}::/64`,
    network: `${groups.slice(0, 3).join(":")}::/48`,
  };
}

export const clientAddress = (headers: Headers): string => headers.get(header) || "unknown";
