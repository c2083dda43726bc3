"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useFaults, useTexts } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Who watches, for those who moderate: one of them can be removed, and let back in. */
export function AttendeeList({ webinarId }: { webinarId: string }) {
  const { attendees: words } = useTexts().studio;
  const faults = useFaults();
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
      {failed?.error && <Notice kind="bad">{faults.of(failed.error).message}</Notice>}
      {(people.length > 8 || search) && (
        <TextField label={words.find} value={search} onChange={(event) => setSearch(event.target.value)} />
      )}
      {here.length === 0 && list.data && <p className="dim">{search ? words.nobodyFound : words.nobody}</p>}
      <ul className="stack-small" aria-label={words.list}>
        {here.map(({ id, name, delivery }) => (
          <li className="item hand-row" key={id}>
            <span>
              {name} <small className="dim">{words.tiers[delivery === "hls" ? "hls" : "webrtc"]}</small>
            </span>
            <button
              className="button small quiet"
              type="button"
              aria-label={words.removeOne(name)}
              disabled={remove.isPending}
              onClick={() => setAsking({ id, name })}
            >
              {words.remove}
            </button>
          </li>
        ))}
      </ul>
      {more > 0 && <p className="dim small">{words.more(more)}</p>}
      {removed.length > 0 && (
        <section className="stack-small" aria-label={words.removed}>
          <h3>{words.removed}</h3>
          <ul className="stack-small">
            {removed.map(({ id, name }) => (
              <li className="item hand-row" key={id}>
                <span>{name}</span>
                <button
                  className="button small"
                  type="button"
                  aria-label={words.letOneBack(name)}
                  disabled={letBack.isPending}
                  onClick={() => letBack.mutate({ webinarId, registrationId: id })}
                >
                  {words.letBack}
                </button>
              </li>
            ))}
          </ul>
        </section>
      )}
      <ConfirmDialog
        open={asking !== null}
        title={words.question(asking?.name ?? "")}
        confirm={words.remove}
        onCancel={() => setAsking(null)}
        onConfirm={() => {
          if (asking) remove.mutate({ webinarId, registrationId: asking.id });
          setAsking(null);
        }}
      >
        {words.consequence}
      </ConfirmDialog>
    </div>
  );
}
