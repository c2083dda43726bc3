"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useTexts } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import { LanguageChoice } from "../../ui/language-choice.tsx";

/** Who is signed in, and the way out; otherwise the way in. */
export function AccountMenu() {
  const trpc = useTRPC();
  const { account } = useTexts().site;
  const session = useQuery(trpc.auth.session.queryOptions());
  const signOut = useMutation(
    trpc.auth.signOut.mutationOptions({ onSuccess: () => window.location.assign("/") }),
  );
  if (session.isPending) return <LanguageChoice />;
  if (!session.data) {
    return (
      <>
        <LanguageChoice />
        <Link className="button quiet small" href="/sign-in">
          {account.signIn}
        </Link>
      </>
    );
  }
  return (
    <>
      <LanguageChoice />
      <Link className="button quiet small" href="/console">
        {account.yourWebinars}
      </Link>
      <button
        className="button quiet small"
        type="button"
        title={session.data.email}
        onClick={() => signOut.mutate()}
      >
        {account.signOut}
      </button>
    </>
  );
}
