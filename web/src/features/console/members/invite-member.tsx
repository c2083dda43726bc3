"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { type Role, roles } from "./roles.ts";

/** Ask somebody in, by mail. */
export function InviteMember({ onInvited }: { onInvited: () => void }) {
  const trpc = useTRPC();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("host");
  const invite = useMutation(
    trpc.organisation.invite.mutationOptions({
      onSuccess: () => {
        setEmail("");
        onInvited();
      },
    }),
  );
  const fault = invite.error ? wireError(invite.error) : undefined;
  return (
    <form
      className="card stack"
      noValidate
      aria-labelledby="invite"
      onSubmit={(event) => {
        event.preventDefault();
        invite.mutate({ email, role });
      }}
    >
      <h2 id="invite">Invite somebody</h2>
      {fault && fault.field !== "email" && <Notice kind="bad">{fault.message}</Notice>}
      {invite.isSuccess && <Notice kind="good">The invitation is on its way.</Notice>}
      <TextField
        label="E-mail"
        type="email"
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        fault={fault?.field === "email" ? fault.message : undefined}
      />
      <fieldset className="field plain stack-small">
        <legend className="label">Role</legend>
        {roles.map(({ value, name, help }) => (
          <label key={value} className="option explained">
            <input
              type="radio"
              name="role"
              value={value}
              checked={role === value}
              onChange={() => setRole(value)}
            />
            <span>
              <strong>{name}</strong>
              <span className="help block">{help}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <button className="button primary" type="submit" disabled={invite.isPending}>
        Send invitation
      </button>
    </form>
  );
}
