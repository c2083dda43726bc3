"use client";
import { useMutation } from "@tanstack/react-query";
import { Notice } from "../../ui/notice.tsx";

/** A button, so that whoever only opens the link, like a mail scanner, changes nothing. */
export function Unsubscribe({ token }: { token: string }) {
  const stop = useMutation({
    mutationFn: async () => {
      const response = await fetch(`/api/unsubscribe/${encodeURIComponent(token)}`, { method: "POST" });
      if (!response.ok) throw new Error("This link is not complete.");
    },
  });
  if (stop.isSuccess)
    return (
      <div className="card stack" role="status">
        <h1>You are unsubscribed</h1>
        <p>No more reminders about this webinar. Your registration stays, and so does your personal link.</p>
      </div>
    );
  return (
    <div className="card stack">
      <h1>No more reminders?</h1>
      <p className="dim">
        You stay registered, and are still told when the date changes or the webinar is cancelled.
      </p>
      {stop.isError && <Notice kind="bad">{stop.error.message}</Notice>}
      <button
        className="button primary"
        type="button"
        disabled={stop.isPending}
        onClick={() => stop.mutate()}
      >
        Unsubscribe
      </button>
    </div>
  );
}
