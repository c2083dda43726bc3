import { RostrumError, WireError } from "@rostrum/protocol";
import { createTRPCClient, httpBatchLink, TRPCClientError } from "@trpc/client";
import superjson from "superjson";
import type { AppRouter } from "../server/routers/index.ts";

/** The typed API. `admission` gives a participant's token for calls made from inside a room; `link` makes a co-host known. */
export function createApi(admission: () => string | undefined = () => undefined, link?: string) {
  return createTRPCClient<AppRouter>({
    links: [
      httpBatchLink({
        url: "/api/trpc",
        transformer: superjson,
        maxItems: 10,
        headers: () => {
          const token = admission();
          return {
            ...(token ? { "x-rostrum-admission": token } : {}),
            ...(link ? { "x-rostrum-link": link } : {}),
          };
        },
      }),
    ],
  });
}
export type Api = ReturnType<typeof createApi>;

/** Our own error behind whatever a call threw. */
export function wireError(error: unknown): WireError {
  if (error instanceof RostrumError) return error.toWire();
  if (error instanceof TRPCClientError) {
    const parsed = WireError.safeParse((error.data as { rostrum?: unknown } | null)?.rostrum);
    if (parsed.success) return parsed.data;
  }
  return {
    code: "node.unavailable",
    message: "The server cannot be reached. Check your connection and try again.",
  };
}
