"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { CheckField } from "../../../ui/check-field.tsx";
import { Notice } from "../../../ui/notice.tsx";

/** Whether the organisation's new webinars ask registrants to confirm their address. */
export function ConfirmingCard({ saved }: { saved: boolean }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const save = useMutation(
    trpc.privacy.setDoubleOptIn.mutationOptions({
      onSuccess: () => void client.invalidateQueries(trpc.privacy.retention.queryFilter()),
    }),
  );
  return (
    <section className="card stack" aria-labelledby="confirming">
      <h2 id="confirming">Confirming addresses</h2>
      {save.error && <Notice kind="bad">{wireError(save.error).message}</Notice>}
      <CheckField
        label="New webinars ask registrants to confirm their address (double opt-in)"
        checked={save.isPending ? save.variables.on : saved}
        onChange={(on) => save.mutate({ on })}
      />
      <p className="help">
        Each webinar can say otherwise under Registration. When somebody confirmed, and which words, is kept
        with their registration.
      </p>
    </section>
  );
}
