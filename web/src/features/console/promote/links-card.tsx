"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, Copy, Link2 } from "lucide-react";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { ConfirmDialog } from "../../../ui/confirm-dialog.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { useMay } from "../../account/use-may.ts";
import { QueryFault } from "../query-fault.tsx";
import { NewLink } from "./new-link.tsx";

/** How a link is told: where it stands before what it is for. */
const parts = ["utm_source", "utm_medium", "utm_campaign", "utm_content"] as const;

const share = (part: number, whole: number): string =>
  whole === 0 ? "" : `${Math.round((100 * part) / whole)} %`;

/** Campaign links: who followed each, registered by it, and came. */
export function LinksCard({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const [doomed, setDoomed] = useState<{ id: string; name: string }>();
  const mayChange = useMay()("campaign.manage");
  const links = useQuery(trpc.campaignLink.list.queryOptions({ webinarId }, { refetchInterval: 30_000 }));
  const refresh = () => void client.invalidateQueries(trpc.campaignLink.list.queryFilter({ webinarId }));
  const remove = useMutation(trpc.campaignLink.remove.mutationOptions({ onSettled: refresh }));
  if (links.isPending) return <p className="dim">Loading…</p>;
  if (links.isError) return <QueryFault error={links.error} />;
  return (
    <section className="card stack" aria-labelledby="links">
      <div className="row between">
        <h2 id="links">Campaign links</h2>
        {!making && mayChange && (
          <button className="button small" type="button" onClick={() => setMaking(true)}>
            New link
          </button>
        )}
      </div>
      {making && <NewLink webinarId={webinarId} onMade={refresh} onDone={() => setMaking(false)} />}
      {remove.error && <Notice kind="bad">{wireError(remove.error).message}</Notice>}
      {links.data.length === 0 && !making ? (
        <div className="empty small-empty">
          <Link2 size={22} aria-hidden="true" />
          <p>One link per newsletter, advert or partner shows who brings the people that come.</p>
        </div>
      ) : (
        <ul className="stack-small">
          {links.data.map((link) => (
            <li key={link.id} className="item link-item">
              <div className="stack-small grow">
                <strong className="wrap">{link.name}</strong>
                <span className="small dim wrap">
                  {parts
                    .map((part) => link.utm[part])
                    .filter(Boolean)
                    .join(" · ")}
                </span>
                <span className="row tight">
                  <code className="small wrap">{link.url}</code>
                  <CopyButton value={link.url} name={link.name} />
                </span>
              </div>
              <dl className="link-counts">
                <Step name="Visits" count={link.visits} />
                <Step name="Registered" count={link.registered} of={share(link.registered, link.visits)} />
                <Step name="Attended" count={link.attended} of={share(link.attended, link.registered)} />
              </dl>
              {mayChange && (
                <button
                  className="button small quiet"
                  type="button"
                  aria-label={`Remove ${link.name}`}
                  onClick={() => setDoomed(link)}
                >
                  Remove
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      <p className="help">
        Visits count a browser once a day, without robots and link previews. Registered is who stayed so.
      </p>
      <ConfirmDialog
        open={doomed !== undefined}
        title={`Remove ${doomed?.name ?? ""}?`}
        confirm="Remove"
        onCancel={() => setDoomed(undefined)}
        onConfirm={() => {
          if (doomed) remove.mutate({ webinarId, id: doomed.id });
          setDoomed(undefined);
        }}
      >
        The link leads nowhere from then on, and its visits are forgotten. Registrations stay.
      </ConfirmDialog>
    </section>
  );
}

function Step({ name, count, of = "" }: { name: string; count: number; of?: string }) {
  return (
    <div>
      <dt className="small dim">{name}</dt>
      <dd>
        <strong className="number">{count}</strong> {of && <span className="small dim number">{of}</span>}
      </dd>
    </div>
  );
}

function CopyButton({ value, name }: { value: string; name: string }) {
  const [copied, setCopied] = useState(false);
  return (
    <button
      className="button small quiet"
      type="button"
      aria-label={`Copy the link ${name}`}
      onClick={async () => {
        await navigator.clipboard.writeText(value);
        setCopied(true);
        setTimeout(() => setCopied(false), 2000);
      }}
    >
      {copied ? <Check size={16} aria-hidden="true" /> : <Copy size={16} aria-hidden="true" />}
      <span aria-live="polite">{copied ? "Copied" : "Copy"}</span>
    </button>
  );
}
