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
          {mail.deliveredAt !== null && <Signal name="Delivered" badge="good" at={mail.deliveredAt} />}
          {mail.bouncedAt !== null && (
            <Signal name="Bounced" badge="bad" at={mail.bouncedAt} note={mail.error} />
          )}
          {mail.openedAt !== null && <Signal name="Opened" badge="good" at={mail.openedAt} />}
          {mail.openedAt === null && mail.proxyOpenedAt !== null && (
            <Signal
              name="Loaded by a mail proxy"
              badge=""
              at={mail.proxyOpenedAt}
              note="perhaps nobody has read it"
            />
          )}
          {mail.clickedAt !== null && <Signal name="Link followed" badge="good" at={mail.clickedAt} />}
          {mail.failedAt !== null && mail.bouncedAt === null && (
            <Signal name="Failed" badge="bad" at={mail.failedAt} note={mail.error} />
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

type SignalProps = { name: string; badge: string; at: number; note?: string | null };

function Signal({ name, badge, at, note }: SignalProps) {
  return (
    <div className="small number wrap">
      <span className={`badge ${badge}`}>{name}</span> {short.format(at)}
      {note && `: ${note}`}
    </div>
  );
}
