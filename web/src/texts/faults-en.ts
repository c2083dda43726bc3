import type { ErrorCode } from "@rostrum/protocol";

/** How a fault is worded in a language. */
export type FaultTexts = {
  /** By its code, for all that is not said more exactly below. */
  codes: Partial<Record<ErrorCode, string>>;
  /** Sentences that servers and this page say to people, as they say them; `{}` stands for what is filled in. */
  sentences: Record<string, string>;
};

/** Servers speak English: what they say is what is shown. */
export const faultsEn: FaultTexts = { codes: {}, sentences: {} };
