import type { ErrorCode } from "@rostrum/protocol";

/**
 * What a command comes to: what happens, or the code of the refusal. No events: the command has had its effect already,
 * which is how a retry looks.
 */
export type Decision<E> = { events: readonly E[] } | { refused: ErrorCode; field?: string };

export const nothing: { events: readonly never[] } = { events: [] };
