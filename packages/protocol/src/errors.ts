import { z } from "zod";

/** Every refusal on any wire of ours carries one of these codes; texts may change, codes may not. */
export const ErrorCode = z.enum([
  "message.malformed",
  "message.too-large",
  "method.unknown",
  "input.invalid",
  "token.missing",
  "token.invalid",
  "token.expired",
  "session.required",
  "permission.denied",
  "not-found",
  "conflict",
  "rate.limited",
  "webinar.not-live",
  "webinar.ended",
  "registration.duplicate",
  "registration.closed",
  "challenge.required",
  "poll.closed",
  "poll.already-voted",
  "room.full",
  "stage.elsewhere",
  "transport.unknown",
  "producer.unknown",
  "consumer.unknown",
  "rtp.invalid",
  "limit.reached",
  "node.draining",
  "node.unavailable",
  "timeout",
  "closed",
  "internal",
]);
export type ErrorCode = z.infer<typeof ErrorCode>;

/** An error as it travels: `field` is the dotted path of the value at fault, when there is one. */
export const WireError = z.object({
  code: ErrorCode,
  message: z.string().max(500),
  field: z.string().max(200).optional(),
});
export type WireError = z.infer<typeof WireError>;

const brand = Symbol.for("rostrum.error");

/** A refusal with a code. Thrown inside a process, turned into a WireError or HTTP status once, at its edge. */
export class RostrumError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly [brand] = true;

  /** By its brand: a bundler puts copies of this module beside each other, and an error may come from another copy. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && brand in value;
  }

  constructor(code: ErrorCode, message: string, options: { field?: string; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = "RostrumError";
    this.code = code;
    this.field = options.field;
  }

  toWire(): WireError {
    return {
      code: this.code,
      message: this.message.slice(0, 500),
      ...(this.field ? { field: this.field.slice(0, 200) } : {}),
    };
  }
}

/** What an unexpected failure becomes on the wire: nothing of its inside. */
export const internalError: WireError = { code: "internal", message: "Something went wrong on our side." };

const httpStatuses: Partial<Record<ErrorCode, number>> = {
  "message.too-large": 413,
  "method.unknown": 404,
  "token.missing": 401,
  "token.invalid": 401,
  "token.expired": 401,
  "session.required": 401,
  "permission.denied": 403,
  "not-found": 404,
  conflict: 409,
  "registration.duplicate": 409,
  "poll.already-voted": 409,
  "rate.limited": 429,
  "node.draining": 503,
  "node.unavailable": 503,
  "room.full": 503,
  timeout: 504,
  internal: 500,
};

export function httpStatus(code: ErrorCode): number {
  return httpStatuses[code] ?? 400;
}

/** WebSocket close codes (RFC 6455 §7.4: 4000-4999 are private). `retry`: the client should ask for admission again. */
export const closeCodes = {
  normal: { code: 1000, retry: false },
  tooLarge: { code: 1009, retry: false },
  restarting: { code: 1012, retry: true },
  helloTimeout: { code: 4001, retry: true },
  unauthorized: { code: 4002, retry: false },
  expired: { code: 4003, retry: true },
  replaced: { code: 4004, retry: false },
  ended: { code: 4005, retry: false },
  draining: { code: 4006, retry: true },
  tooSlow: { code: 4007, retry: true },
  abuse: { code: 4008, retry: false },
  removed: { code: 4009, retry: false },
  ownerChanged: { code: 4010, retry: true },
  silent: { code: 4011, retry: true },
  internal: { code: 4500, retry: true },
} as const;
export type CloseReason = keyof typeof closeCodes;
