"use client";
import { useMutation } from "@tanstack/react-query";
import { useTexts } from "../../client/language.tsx";
import { Notice } from "../../ui/notice.tsx";

/** A button, so that whoever only opens the link, like a mail scanner, changes nothing. */
export function Unsubscribe({ token }: { token: string }) {
  const { unsubscribe: words } = useTexts().site;
  const stop = useMutation({
    mutationFn: async () => {
      const response = await fetch(`/api/unsubscribe/${encodeURIComponent(token)}`, { method: "POST" });
      if (!response.ok) throw new Error(`answered ${response.status}`);
    },
  });
  if (stop.isSuccess)
    return (
      <div className="card stack" role="status">
        <h1>{words.done}</h1>
        <p>{words.doneText}</p>
      </div>
    );
  return (
    <div className="card stack">
      <h1>{words.asked}</h1>
      <p className="dim">{words.stay}</p>
      {stop.isError && <Notice kind="bad">{words.broken}</Notice>}
      <button
        className="button primary"
        type="button"
        disabled={stop.isPending}
        onClick={() => stop.mutate()}
      >
        {words.button}
      </button>
    </div>
  );
}
