"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../client/providers.tsx";
import type { Permission } from "../../server/permissions.ts";

/**
 * What the signed-in member's role allows, for pages that show only what somebody can use. Nothing while it is not known;
 * the server decides in any case.
 */
export function useMay(): (permission: Permission) => boolean {
  const trpc = useTRPC();
  const session = useQuery(trpc.auth.session.queryOptions(undefined, { staleTime: 60_000 }));
  return (permission) => session.data?.permissions.includes(permission) ?? false;
}
