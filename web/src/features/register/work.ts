import { sha256 } from "@noble/hashes/sha2.js";
import { leadingZeroBits, workText } from "@rostrum/rules";

export type Work = { seed: string; bits: number };
const encoder = new TextEncoder();

/** The count that solves the work, if it is among `tries` from `first` on. */
export function solveFrom({ seed, bits }: Work, first: number, tries: number): number | undefined {
  for (let count = first; count < first + tries; count++)
    if (leadingZeroBits(sha256(encoder.encode(workText(seed, count)))) >= bits) return count;
  return undefined;
}
