"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTRPC } from "../../client/providers.tsx";

/** Who is signed in, and the way out; otherwise the way in. */
export function AccountMenu() {
  const trpc = useTRPC();
  const session = useQuery(trpc.auth.session.queryOptions());
  const signOut = useMutation(
    trpc.auth.signOut.mutationOptions({ onSuccess: () => window.location.assign("/") }),
  );
  if (session.isPending) return null;
  if (!session.data) {
    return (
      <Link className="button quiet small" href="/sign-in">
        Sign in
      </Link>
    );
  }
  return (
    <>
      <Link className="button quiet small" href="/console">
        Your webinars
      </Link>
      <button
        className="button quiet small"
        type="button"
        title={session.data.email}
        onClick={() => signOut.mutate()}
      >
        Sign out
      </button>
    </>
  );
}
