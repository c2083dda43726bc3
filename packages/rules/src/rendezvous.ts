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
 * Highest-random-weight choice: every caller with the same nodes picks the same one for a key, and a node that goes
 * moves only its own keys. Undefined when there are no nodes.
 */
export function rendezvous(key: string, nodes: readonly string[]): string | undefined {
  let best: { node: string; weight: number } | undefined;
  for (const node of nodes) {
    const weight = hash(`${node}\u0000${key}`);
    if (!best || weight > best.weight || (weight === best.weight && node < best.node))
      best = { node, weight };
  }
  return best?.node;
}
