"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { useMay } from "../account/use-may.ts";

export function InvitePanelist({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const may = useMay();
  const panelists = useQuery(trpc.webinar.panelists.queryOptions({ id: webinarId }));
  const invite = useMutation(
    trpc.webinar.invitePanelist.mutationOptions({
      onSuccess: () => {
        setName("");
        setEmail("");
        void client.invalidateQueries(trpc.webinar.panelists.queryFilter({ id: webinarId }));
      },
    }),
  );
  const fault = invite.error ? wireError(invite.error) : undefined;
  return (
    <section className="card stack" aria-labelledby="panelists">
      <h2 id="panelists">Panelists</h2>
      {panelists.data?.length === 0 && <p className="dim small">Nobody is invited yet.</p>}
      {panelists.data && panelists.data.length > 0 && (
        <ul className="stack-small">
          {panelists.data.map((panelist) => (
            <li key={panelist.id} className="row between">
              <span>{panelist.name}</span>
              <span className="dim small">{panelist.email}</span>
            </li>
          ))}
        </ul>
      )}
      {may("webinar.run") && (
        <form
          className="stack"
          noValidate
          aria-label="Invite a panelist"
          onSubmit={(event) => {
            event.preventDefault();
            invite.mutate({ id: webinarId, name, email });
          }}
        >
          {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
          {invite.isSuccess && <Notice kind="good">The invitation is on its way.</Notice>}
          <TextField
            label="Panelist name"
            value={name}
            onChange={(event) => setName(event.target.value)}
            fault={fault?.field === "name" ? fault.message : undefined}
          />
          <TextField
            label="Panelist e-mail"
            type="email"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            fault={fault?.field === "email" ? fault.message : undefined}
          />
          <button className="button" type="submit" disabled={invite.isPending}>
            Send invitation
          </button>
        </form>
      )}
    </section>
  );
}
