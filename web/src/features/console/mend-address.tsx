"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import { TextField } from "../../ui/field.tsx";

type Props = { webinarId: string; registrationId: string; email: string; reason: string; mayMend: boolean };

/** An address that takes no mail: why, and another instead. */
export function MendAddress({ webinarId, registrationId, email, reason, mayMend }: Props) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const [value, setValue] = useState(email);
  const mend = useMutation(
    trpc.mail.mendAddress.mutationOptions({
      onSuccess: () => {
        setOpen(false);
        void client.invalidateQueries(trpc.registration.list.queryFilter());
        void client.invalidateQueries(trpc.mail.totals.queryFilter({ webinarId }));
      },
    }),
  );
  return (
    <div className="stack-small small">
      <span className="row tight">
        <span className="badge bad" title={reason}>
          Takes no mail
        </span>
        {mayMend && !open && (
          <button className="button small quiet" type="button" onClick={() => setOpen(true)}>
            Mend the address
          </button>
        )}
      </span>
      {open && (
        <form
          className="stack-small"
          noValidate
          aria-label={`Mend ${email}`}
          onSubmit={(event) => {
            event.preventDefault();
            mend.mutate({ webinarId, registrationId, email: value });
          }}
        >
          <span className="dim wrap">{reason}</span>
          <TextField
            label="Right address"
            type="email"
            value={value}
            onChange={(event) => setValue(event.target.value)}
            fault={mend.error ? wireError(mend.error).message : undefined}
          />
          <div className="row tight">
            <button className="button small primary" type="submit" disabled={mend.isPending}>
              Save and mail the link
            </button>
            <button className="button small quiet" type="button" onClick={() => setOpen(false)}>
              Cancel
            </button>
          </div>
        </form>
      )}
    </div>
  );
}
