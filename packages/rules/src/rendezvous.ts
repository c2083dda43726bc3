/** FNV-1a, 32 bit: small, stable over processes and releases. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value ^= text.charCodeAt(i);
    value = Math.imul(value, 0x01000193);
  }
  // A final mix: FNV's low bits alone are poor for short keys that differ at the end.
  value ^= value >>> 16;
  value = Math.imul(value, 0x45d9f3b);
  return (value ^ (value >>> 16)) >>> 0;
}

/**
 * Highest-random-weight order: every caller with the same nodes has the same order for a key, and a node that goes moves
 * only its own keys.
 */
export function rank(key: string, nodes: readonly string[]): string[] {
  return nodes
    .map((node) => ({ node, weight: hash(`${node}\u0000${key}`) }))
    .sort((a, b) => b.weight - a.weight || (a.node < b.node ? -1 : 1))
    .map(({ node }) => node);
}

/** The first of that order; undefined when there are no nodes. */
export const rendezvous = (key: string, nodes: readonly string[]): string | undefined => rank(key, nodes)[0];
