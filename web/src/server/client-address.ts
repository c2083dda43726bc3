/** Names the caller for rate limits. Set for every request by `nameCallers`, whatever the caller sent. */
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

type RequestStart = {
  request: { headers: Record<string, string | string[] | undefined>; socket: { remoteAddress?: string } };
};

/** What Node tells of each request before anyone handles it (diagnostics channel `http.server.request.start`). */
export function nameCaller({ request }: RequestStart, trustedProxies: number): void {
  const given = request.headers[header];
  const forwarded = Array.isArray(given) ? given.join(",") : given;
  request.headers[header] = callerAddress(
    forwarded,
    request.socket.remoteAddress ?? "unknown",
    trustedProxies,
  );
}

export const clientAddress = (headers: Headers): string => headers.get(header) || "unknown";
