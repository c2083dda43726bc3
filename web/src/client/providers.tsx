"use client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createTRPCContext } from "@trpc/tanstack-react-query";
import { type ReactNode, useState } from "react";
import type { AppRouter } from "../server/routers/index.ts";
import { createApi, wireError } from "./api.ts";

export const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();

/** Retry what the network broke, not what the server refused. */
const retry = (failures: number, error: unknown) =>
  failures < 3 && wireError(error).code === "node.unavailable";

/** `link`: everything inside is asked as the co-host whose personal link it is. */
export function Providers({ children, link }: { children: ReactNode; link?: string }) {
  const [queryClient] = useState(
    () => new QueryClient({ defaultOptions: { queries: { retry, staleTime: 5000 } } }),
  );
  const [api] = useState(() => createApi(undefined, link));
  return (
    <QueryClientProvider client={queryClient}>
      <TRPCProvider trpcClient={api} queryClient={queryClient}>
        {children}
      </TRPCProvider>
    </QueryClientProvider>
  );
}
