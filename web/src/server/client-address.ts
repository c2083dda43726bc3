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

export const clientAddress = (headers: Headers): string => headers.get(header) || "unknown";
