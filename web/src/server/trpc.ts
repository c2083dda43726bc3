import { isDatabaseUnavailable, type User } from "@rostrum/db";
import {
  type ErrorCode,
  internalError,
  type RoomClaims,
  RostrumError,
  type WireError,
} from "@rostrum/protocol";
import { initTRPC, TRPCError } from "@trpc/server";
import superjson from "superjson";
import { ZodError } from "zod";
import { databaseAway } from "./handler.ts";
import { procedurePermissions, requirePermission } from "./permissions.ts";
import type { Services } from "./services.ts";
import { currentUser } from "./session.ts";
import { refuseOut } from "./use-cases/presence.ts";

/** What every procedure is called with. Identity is found lazily and only from the cookie or the token. */
export type Context = { services: Services; headers: Headers; setCookie: (cookie: string) => void };
type Meta = { access: "public" | "host" | "participant" };

/** The header that carries a participant's edge token. */
export const admissionHeader = "x-rostrum-admission";

const trpcCodes: Partial<Record<ErrorCode, TRPCError["code"]>> = {
  "session.required": "UNAUTHORIZED",
  "token.missing": "UNAUTHORIZED",
  "token.invalid": "UNAUTHORIZED",
  "token.expired": "UNAUTHORIZED",
  "permission.denied": "FORBIDDEN",
  "not-found": "NOT_FOUND",
  conflict: "CONFLICT",
  "registration.duplicate": "CONFLICT",
  "poll.already-voted": "CONFLICT",
  "rate.limited": "TOO_MANY_REQUESTS",
  "node.unavailable": "SERVICE_UNAVAILABLE",
  internal: "INTERNAL_SERVER_ERROR",
};

/** Any failure as it travels: ours by its code, a schema's by its first field, anything else without its inside. */
export function toWireError(error: TRPCError): WireError {
  if (error.cause instanceof RostrumError) return error.cause.toWire();
  if (error.cause instanceof ZodError) {
    const issue = error.cause.issues[0];
    return {
      code: "input.invalid",
      message: (issue?.message ?? "The input is not valid.").slice(0, 500),
      ...(issue?.path.length ? { field: issue.path.join(".").slice(0, 200) } : {}),
    };
  }
  if (error.code === "NOT_FOUND") return { code: "method.unknown", message: "There is no such procedure." };
  if (error.code === "PAYLOAD_TOO_LARGE")
    return { code: "message.too-large", message: "The request is too large." };
  if (error.code === "INTERNAL_SERVER_ERROR") return internalError;
  return { code: "message.malformed", message: "The request could not be read." };
}

const t = initTRPC
  .context<Context>()
  .meta<Meta>()
  .create({
    transformer: superjson,
    errorFormatter: ({ shape, error }) => {
      const rostrum = toWireError(error);
      return {
        ...shape,
        message: rostrum.message,
        data: { code: shape.data.code, httpStatus: shape.data.httpStatus, rostrum },
      };
    },
  });

/** The one place where our errors become tRPC's. */
const withTypedErrors = t.middleware(async ({ next, ctx, path }) => {
  const result = await next();
  if (result.ok) return result;
  const { cause } = result.error;
  if (cause instanceof RostrumError) {
    throw new TRPCError({ code: trpcCodes[cause.code] ?? "BAD_REQUEST", message: cause.message, cause });
  }
  if (isDatabaseUnavailable(cause)) {
    ctx.services.log.warn({ err: cause, path }, "the database does not answer");
    throw new TRPCError({ code: "SERVICE_UNAVAILABLE", cause: databaseAway() });
  }
  if (result.error.code === "INTERNAL_SERVER_ERROR")
    ctx.services.log.error({ err: cause, path }, "procedure failed");
  throw result.error;
});

const measured = t.middleware(async ({ next, ctx, path }) => {
  const startedAt = performance.now();
  const result = await next();
  const status = result.ok ? "ok" : result.error.code === "INTERNAL_SERVER_ERROR" ? "failed" : "refused";
  ctx.services.measures.called(path, status, (performance.now() - startedAt) / 1000);
  return result;
});

const base = t.procedure.use(measured).use(withTypedErrors);

/** Anyone. */
export const publicProcedure = base.meta({ access: "public" });

/**
 * Somebody signed in whose role may call it (`permissions.ts`; a procedure that is not entered there is nobody's). Which
 * webinar they may touch is checked by the use case (`ownedWebinar`).
 */
export const hostProcedure = base.meta({ access: "host" }).use(async ({ ctx, next, path }) => {
  const user = await currentUser(ctx.services, ctx.headers);
  if (!user) throw new RostrumError("session.required", "Please sign in.");
  requirePermission(user, Object.hasOwn(procedurePermissions, path) ? procedurePermissions[path] : undefined);
  return next({ ctx: { ...ctx, user: user satisfies User } });
});

/** Somebody admitted to a room: who and which room comes from the token alone. */
export const participantProcedure = base.meta({ access: "participant" }).use(async ({ ctx, next }) => {
  const token = ctx.headers.get(admissionHeader);
  if (!token) throw new RostrumError("token.missing", "Join the room first.");
  const participant: RoomClaims = await ctx.services.tokens.verifyRoom(token, "edge");
  await refuseOut(ctx.services, participant.participantId);
  return next({ ctx: { ...ctx, participant } });
});

export const router = t.router;
export const createCaller = t.createCallerFactory;
