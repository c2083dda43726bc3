"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { QueryFault } from "../query-fault.tsx";
import { ShortTime } from "../short-time.tsx";
import { type Delivery, stateNames } from "./overview.ts";

const badges: Record<Delivery["state"], string> = {
  delivered: "good",
  failed: "bad",
  retrying: "warn",
  waiting: "",
};

/** What an endpoint was sent, newest first; each opens to what went out and what came back. */
export function DeliveryLog({ endpointId }: { endpointId: string }) {
  const trpc = useTRPC();
  const [failing, setFailing] = useState(false);
  const [pages, setPages] = useState<number[]>([]);
  const [open, setOpen] = useState<string>();
  const before = pages.at(-1);
  const log = useQuery(
    trpc.integration.deliveries.queryOptions(
      { endpointId, failing, ...(before === undefined ? {} : { before }) },
      { refetchInterval: 3000 },
    ),
  );
  if (log.isPending) return <p className="dim small">Loading…</p>;
  if (log.isError) return <QueryFault error={log.error} />;
  const { rows, next } = log.data;
  return (
    <div className="stack-small">
      <fieldset className="choices" aria-label="Which deliveries">
        {[false, true].map((only) => (
          <button
            key={String(only)}
            type="button"
            className="choice"
            aria-pressed={failing === only}
            onClick={() => {
              setFailing(only);
              setPages([]);
            }}
          >
            {only ? "With faults" : "All"}
          </button>
        ))}
      </fieldset>
      {rows.length === 0 && (
        <p className="dim small">{failing ? "Nothing went wrong." : "Nothing was sent yet."}</p>
      )}
      <ul className="log">
        {rows.map((row) => (
          <li key={row.id}>
            <button
              type="button"
              className="log-row"
              aria-expanded={open === row.id}
              onClick={() => setOpen(open === row.id ? undefined : row.id)}
            >
              <span className={`badge ${badges[row.state]}`}>{stateNames[row.state]}</span>
              <code className="small grow">{row.event}</code>
              <span className="small dim">
                {row.byHand && "by hand · "}
                <ShortTime at={row.createdAt} />
              </span>
            </button>
            {open === row.id && <DeliveryDetail endpointId={endpointId} id={row.id} />}
          </li>
        ))}
      </ul>
      {(pages.length > 0 || next) && (
        <div className="row">
          <button
            className="button small"
            type="button"
            disabled={pages.length === 0}
            onClick={() => setPages(pages.slice(0, -1))}
          >
            Newer
          </button>
          <button
            className="button small"
            type="button"
            disabled={!next}
            onClick={() => next && setPages([...pages, next])}
          >
            Older
          </button>
        </div>
      )}
    </div>
  );
}

function DeliveryDetail({ endpointId, id }: { endpointId: string; id: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const detail = useQuery(
    trpc.integration.delivery.queryOptions({ endpointId, id }, { refetchInterval: 3000 }),
  );
  const again = useMutation(
    trpc.integration.redeliver.mutationOptions({
      onSuccess: () => void client.invalidateQueries(trpc.integration.deliveries.queryFilter({ endpointId })),
    }),
  );
  if (detail.isPending) return <p className="dim small">Loading…</p>;
  if (detail.isError) return <QueryFault error={detail.error} />;
  const { payload, log, nextAttemptAt, attempts, messageId } = detail.data;
  return (
    <div className="log-detail stack-small">
      <span className="small dim wrap">
        {messageId} · {attempts} {attempts === 1 ? "attempt" : "attempts"}
        {nextAttemptAt && attempts > 0 && (
          <>
            {" "}
            · next <ShortTime at={nextAttemptAt} />
          </>
        )}
      </span>
      {log.map((attempt) => (
        <div key={attempt.at} className="stack-small">
          <span className="small">
            <strong>{attempt.status ?? "No answer"}</strong>{" "}
            <span className="dim">
              after {attempt.durationMs} ms · <ShortTime at={attempt.at} />
            </span>
          </span>
          {attempt.excerpt && <pre className="excerpt">{attempt.excerpt}</pre>}
        </div>
      ))}
      <details>
        <summary className="small">What was sent</summary>
        <pre className="excerpt">{JSON.stringify(payload, null, 2)}</pre>
      </details>
      {again.error && <Notice kind="bad">{wireError(again.error).message}</Notice>}
      {again.isSuccess && <Notice kind="good">It is on its way again.</Notice>}
      <div>
        <button
          className="button small"
          type="button"
          disabled={again.isPending}
          onClick={() => again.mutate({ endpointId, id })}
        >
          Deliver again
        </button>
      </div>
    </div>
  );
}
