"use client";
import Link from "next/link";
import { wireError } from "../../client/api.ts";
import { Notice } from "../../ui/notice.tsx";

/** Why a console page has nothing to show, with the next step. */
export function QueryFault({ error }: { error: unknown }) {
  const fault = wireError(error);
  return (
    <Notice kind="bad">
      {fault.message}{" "}
      {fault.code === "session.required" && (
        <Link href={`/sign-in?next=${encodeURIComponent(window.location.pathname)}`}>Sign in</Link>
      )}
    </Notice>
  );
}
