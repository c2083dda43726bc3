"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { SelectField } from "../../ui/select-field.tsx";
import { useMay } from "../account/use-may.ts";
import { InvitationItem } from "./invitation-item.tsx";

type Role = "panelist" | "co-host";
const roles: { value: Role; name: string }[] = [
  { value: "panelist", name: "Panelist" },
  { value: "co-host", name: "Co-host" },
];

/** Who is invited to the stage and how that stands, and inviting somebody. */
export function InvitePanelist({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("panelist");
  const mayInvite = useMay()("stage.invite");
  const panelists = useQuery(
    trpc.webinar.panelists.queryOptions({ id: webinarId }, { refetchInterval: 15_000 }),
  );
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
      <h2 id="panelists">Panelists and co-hosts</h2>
      {panelists.data?.length === 0 && <p className="dim small">Nobody is invited yet.</p>}
      {panelists.data && panelists.data.length > 0 && (
        <ul className="stack-small">
          {panelists.data.map((panelist) => (
            <InvitationItem
              key={panelist.id}
              webinarId={webinarId}
              panelist={panelist}
              mayInvite={mayInvite}
            />
          ))}
        </ul>
      )}
      {mayInvite && (
        <form
          className="stack"
          noValidate
          aria-label="Invite a panelist"
          onSubmit={(event) => {
            event.preventDefault();
            invite.mutate({ id: webinarId, name, email, role });
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
          <SelectField
            label="Invite as"
            value={role}
            choices={roles}
            help={
              role === "co-host"
                ? "Runs the studio of this webinar with you: goes live, polls, questions, layouts. Sees nothing else of the console."
                : "Speaks on stage."
            }
            onChange={(event) => setRole(event.target.value === "co-host" ? "co-host" : "panelist")}
          />
          <button className="button" type="submit" disabled={invite.isPending}>
            Send invitation
          </button>
        </form>
      )}
    </section>
  );
}
