"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useState } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import type { AppRouter } from "../../server/routers/index.ts";
import { ConfirmDialog } from "../../ui/confirm-dialog.tsx";
import { Notice } from "../../ui/notice.tsx";

type Panelist = inferRouterOutputs<AppRouter>["webinar"]["panelists"][number];

const states: Record<Panelist["state"], { name: string; badge: string }> = {
  invited: { name: "Invited", badge: "" },
  accepted: { name: "Accepted", badge: "good" },
  declined: { name: "Declined", badge: "warn" },
  revoked: { name: "Taken back", badge: "bad" },
};

type Props = { webinarId: string; panelist: Panelist; mayInvite: boolean };

/** One invitation: who, as what, how it stands; mailed again or taken back. */
export function InvitationItem({ webinarId, panelist, mayInvite }: Props) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [asks, setAsks] = useState(false);
  const onSettled = () =>
    void client.invalidateQueries(trpc.webinar.panelists.queryFilter({ id: webinarId }));
  const resend = useMutation(trpc.webinar.resendInvitation.mutationOptions({ onSettled }));
  const revoke = useMutation(trpc.webinar.revokeInvitation.mutationOptions({ onSettled }));
  const error = resend.error ?? revoke.error;
  const whom = { id: webinarId, panelistId: panelist.id };
  const { name, badge } = states[panelist.state];
  return (
    <li className="item stack-small" aria-label={panelist.name}>
      <div className="row between">
        <span className="wrap">
          <strong>{panelist.name}</strong>
          {panelist.role === "co-host" && <span className="dim"> · co-host</span>}
        </span>
        <span className={`badge ${badge}`}>{name}</span>
      </div>
      <span className="dim small wrap">{panelist.email}</span>
      {error && <Notice kind="bad">{wireError(error).message}</Notice>}
      {resend.isSuccess && (
        <Notice kind="good">A new link is on its way. The old one is not valid any more.</Notice>
      )}
      {mayInvite && panelist.state !== "revoked" && (
        <div className="row tight">
          <button
            className="button small quiet"
            type="button"
            disabled={resend.isPending}
            onClick={() => resend.mutate(whom)}
          >
            Send again
          </button>
          <button className="button small quiet" type="button" onClick={() => setAsks(true)}>
            Take back
          </button>
        </div>
      )}
      <ConfirmDialog
        open={asks}
        title={`Take back the invitation of ${panelist.name}?`}
        confirm="Take back"
        onCancel={() => setAsks(false)}
        onConfirm={() => {
          revoke.mutate(whom);
          setAsks(false);
        }}
      >
        The link opens nothing any more. Whoever is on stage with it leaves within seconds.
      </ConfirmDialog>
    </li>
  );
}
