"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useFaults, useTexts } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { CopyField } from "../../ui/copy-field.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { EncoderRow } from "./encoder-row.tsx";

type Asking = { id: string; name: string; what: "renew" | "revoke" };

/** Stream keys of OBS, hardware encoders and other programs that come on stage without a browser. */
export function EncodersPanel({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const { encoders: words } = useTexts().studio;
  const faults = useFaults();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [shown, setShown] = useState<{ id: string; key: string } | null>(null);
  const [asking, setAsking] = useState<Asking | null>(null);
  const list = useQuery(trpc.encoder.list.queryOptions({ id: webinarId }, { refetchInterval: 3000 }));
  const refresh = () => client.invalidateQueries(trpc.encoder.list.queryFilter({ id: webinarId }));
  const show = (made: { id: string; key: string }) => {
    setShown(made);
    void refresh();
  };
  const create = useMutation(
    trpc.encoder.create.mutationOptions({
      onSuccess: (made) => {
        setName("");
        show(made);
      },
    }),
  );
  const renew = useMutation(trpc.encoder.renewKey.mutationOptions({ onSuccess: show }));
  const revoke = useMutation(trpc.encoder.revoke.mutationOptions({ onSuccess: () => void refresh() }));
  const failed = [create, renew, revoke].find(({ isError }) => isError);
  const fault = failed?.error ? faults.of(failed.error) : undefined;
  const confirm = () => {
    if (asking?.what === "renew") renew.mutate({ id: webinarId, encoderId: asking.id });
    if (asking?.what === "revoke") revoke.mutate({ id: webinarId, encoderId: asking.id });
    setAsking(null);
  };

  return (
    <div className="stack">
      <p className="dim small">{words.intro}</p>
      {list.data?.rtmpUrl && <CopyField label={words.rtmp} value={list.data.rtmpUrl} />}
      {list.data?.whipUrl && <CopyField label={words.whip} value={list.data.whipUrl} />}
      {list.data && list.data.encoders.length > 0 && (
        <ul className="stack" aria-label={words.heading}>
          {list.data.encoders.map((encoder) => (
            <EncoderRow
              key={encoder.id}
              encoder={encoder}
              shownKey={shown?.id === encoder.id ? shown.key : undefined}
              onRenew={() => setAsking({ id: encoder.id, name: encoder.name, what: "renew" })}
              onRevoke={() => setAsking({ id: encoder.id, name: encoder.name, what: "revoke" })}
            />
          ))}
        </ul>
      )}
      <form
        className="stack-small"
        noValidate
        aria-label={words.addForm}
        onSubmit={(event) => {
          event.preventDefault();
          create.mutate({ id: webinarId, name });
        }}
      >
        {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
        <TextField
          label={words.name}
          value={name}
          maxLength={80}
          onChange={(event) => setName(event.target.value)}
          fault={fault?.field === "name" ? fault.message : undefined}
        />
        <div>
          <button className="button" type="submit" disabled={create.isPending}>
            {words.add}
          </button>
        </div>
      </form>
      <ConfirmDialog
        open={asking !== null}
        title={
          asking?.what === "renew" ? words.renewTitle(asking.name) : words.revokeTitle(asking?.name ?? "")
        }
        confirm={asking?.what === "renew" ? words.renewConfirm : words.revoke}
        onCancel={() => setAsking(null)}
        onConfirm={confirm}
      >
        {asking?.what === "renew" ? words.renewText : words.revokeText}
      </ConfirmDialog>
    </div>
  );
}
