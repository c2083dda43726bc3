"use client";
import { useQuery } from "@tanstack/react-query";
import { useTRPC } from "../../client/providers.tsx";
import { QueryFault } from "./query-fault.tsx";
import { mailNames } from "./schedule/mail-editor.tsx";

const short = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

/** What somebody was mailed, and what became of each mail. */
export function MailTimeline({ webinarId, registrationId }: { webinarId: string; registrationId: string }) {
  const trpc = useTRPC();
  const mails = useQuery(
    trpc.mail.timeline.queryOptions({ webinarId, registrationId }, { refetchInterval: 10_000 }),
  );
  if (mails.isPending) return <p className="dim">Loading…</p>;
  if (mails.isError) return <QueryFault error={mails.error} />;
  if (mails.data.length === 0)
    return <p className="dim">No mails in the last 30 days: older ones are forgotten.</p>;
  return (
    <ol className="timeline">
      {mails.data.map((mail) => (
        <li key={mail.id}>
          <strong>{mailNames[mail.kind] ?? mail.kind}</strong>
          <div className="small dim number">Queued {short.format(mail.queuedAt)}</div>
          {mail.sentAt !== null && (
            <div className="small number">
              <span className="badge good">Sent</span> {short.format(mail.sentAt)}
              {mail.attempts > 1 && `, at attempt ${mail.attempts}`}
            </div>
          )}
          {mail.failedAt !== null && (
            <div className="small number">
              <span className="badge bad">Failed</span> {short.format(mail.failedAt)}: {mail.error}
            </div>
          )}
          {mail.sentAt === null && mail.failedAt === null && (
            <div className="small">
              <span className="badge">Waiting</span>
              {mail.error && ` after ${mail.attempts} attempts: ${mail.error}`}
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}
