"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Who watches, for those who moderate: one of them can be removed, and let back in. */
export function AttendeeList({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [search, setSearch] = useState("");
  const [asking, setAsking] = useState<{ id: string; name: string } | null>(null);
  const wanted = { webinarId, ...(search.trim() ? { search: search.trim() } : {}) };
  const list = useQuery(
    trpc.attendance.present.queryOptions(wanted, { refetchInterval: 4000, placeholderData: (old) => old }),
  );
  const onSuccess = () => void client.invalidateQueries(trpc.attendance.present.queryFilter());
  const remove = useMutation(trpc.attendance.remove.mutationOptions({ onSuccess }));
  const letBack = useMutation(trpc.attendance.letBack.mutationOptions({ onSuccess }));
  const failed = [remove, letBack, list].find(({ isError }) => isError);
  const people = list.data?.people ?? [];
  const removed = people.filter(({ removedAt }) => removedAt !== null);
  const here = people.filter(({ removedAt }) => removedAt === null);
  const more = (list.data?.total ?? 0) - people.length;
  return (
    <div className="stack">
      {failed?.error && <Notice kind="bad">{wireError(failed.error).message}</Notice>}
      {(people.length > 8 || search) && (
        <TextField label="Find somebody" value={search} onChange={(event) => setSearch(event.target.value)} />
      )}
      {here.length === 0 && list.data && (
        <p className="dim">{search ? "Nobody by that name is here." : "No attendee is here yet."}</p>
      )}
      <ul className="stack-small" aria-label="Attendees">
        {here.map(({ id, name, delivery }) => (
          <li className="item hand-row" key={id}>
            <span>
              {name} <small className="dim">{delivery === "hls" ? "broadcast" : "interactive"}</small>
            </span>
            <button
              className="button small quiet"
              type="button"
              aria-label={`Remove ${name}`}
              disabled={remove.isPending}
              onClick={() => setAsking({ id, name })}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="dim small">And {more} more: find them by name.</p>}
      {removed.length > 0 && (
        <section className="stack-small" aria-label="Removed">
          <h3>Removed</h3>
          <ul className="stack-small">
            {removed.map(({ id, name }) => (
              <li className="item hand-row" key={id}>
                <span>{name}</span>
                <button
                  className="button small"
                  type="button"
                  aria-label={`Let ${name} back in`}
                  disabled={letBack.isPending}
                  onClick={() => letBack.mutate({ webinarId, registrationId: id })}
                >
                  Let back in
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <ConfirmDialog
        open={asking !== null}
        title={`Remove ${asking?.name ?? ""} from the webinar?`}
        confirm="Remove"
        onCancel={() => setAsking(null)}
        onConfirm={() => {
          if (asking) remove.mutate({ webinarId, registrationId: asking.id });
          setAsking(null);
        }}
      >
        They leave the room at once, the broadcast ends for them within two minutes even in another player,
        and their link does not open the room or the replay until you let them back in.
      </ConfirmDialog>
    </div>
  );
}
