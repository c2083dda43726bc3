"use client";
import Link from "next/link";
import { useFaults, useTexts } from "../../client/language.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Why a console page has nothing to show, with the next step. */
export function QueryFault({ error }: { error: unknown }) {
  const { account } = useTexts().site;
  const fault = useFaults().of(error);
  return (
    <Notice kind="bad">
      {fault.message}{" "}
      {fault.code === "session.required" && (
        <Link href={`/sign-in?next=${encodeURIComponent(window.location.pathname + window.location.search)}`}>
          {account.signIn}
        </Link>
      )}
    </Notice>
  );
}
