import { z } from "zod";
import { WireError } from "./errors.ts";

/**
 * Frames of every WebSocket of ours, JSON text. A request has a client-made id that is answered exactly once; a
 * notification has none. The first frame a client sends is the request `hello`.
 */
export const protocolVersion = 1;

export const RequestFrame = z.strictObject({
  id: z.number().int().nonnegative(),
  method: z.string().min(1).max(64),
  data: z.unknown().optional(),
});
export type RequestFrame = z.infer<typeof RequestFrame>;

export const ResponseFrame = z.union([
  z.strictObject({ id: z.number().int().nonnegative(), ok: z.literal(true), data: z.unknown().optional() }),
  z.strictObject({ id: z.number().int().nonnegative(), ok: z.literal(false), error: WireError }),
]);
export type ResponseFrame = z.infer<typeof ResponseFrame>;

export const NotifyFrame = z.strictObject({ event: z.string().min(1).max(64), data: z.unknown().optional() });
export type NotifyFrame = z.infer<typeof NotifyFrame>;

export const ServerFrame = z.union([ResponseFrame, NotifyFrame]);
export type ServerFrame = z.infer<typeof ServerFrame>;

/** A method table: name -> the schemas of what goes in and what comes back. */
export type MethodTable = Record<string, { request: z.ZodType; response: z.ZodType }>;
/** A notification table: name -> schema of its data. */
export type EventTable = Record<string, z.ZodType>;
