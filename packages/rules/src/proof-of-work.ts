/** Zero bits at the beginning of a hash. */
export function leadingZeroBits(hash: Uint8Array): number {
  let bits = 0;
  for (const byte of hash) {
    if (byte === 0) {
      bits += 8;
      continue;
    }
    return bits + Math.clz32(byte) - 24;
  }
  return bits;
}

/** What is hashed: the seed and a count, short enough for one block of SHA-256 (55 bytes). */
export const workText = (seed: string, count: number): string => `${seed}.${count}`;

/** Registrations in a minute that cause no work: of one address, of its network. */
export const freePerMinute = { address: 30, network: 200 } as const;
/** Zero bits of the easiest work, some tens of milliseconds, and of the hardest, some seconds of a telephone. */
export const workLimits = { least: 15, most: 20 } as const;

/** Registrations of the last minute, this one among them; `suspicious`: something about it is not as with people. */
export type Crowd = { address: number; network: number; suspicious: boolean };

/**
 * Zero bits that a registration must bring; 0: nothing is asked. A quiet address works only when something is wrong; each
 * doubling of a crowd doubles the work of its next member.
 */
export function workBits({ address, network, suspicious }: Crowd): number {
  const over = Math.max(address / freePerMinute.address, network / freePerMinute.network);
  if (over <= 1) return suspicious ? workLimits.least + 1 : 0;
  const bits = workLimits.least + Math.floor(Math.log2(over)) + (suspicious ? 1 : 0);
  return Math.min(workLimits.most, bits);
}

/** A crowd that grew while somebody worked must not send them back: so many bits less still do. */
export const workGrace = 2;
