"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { ConfirmDialog } from "../../../ui/confirm-dialog.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { ConsoleNav } from "../console-nav.tsx";
import { QueryFault } from "../query-fault.tsx";
import { ShortTime } from "../short-time.tsx";
import { InviteMember } from "./invite-member.tsx";
import { type Role, roleNames, roles } from "./roles.ts";

/** Who belongs to the organisation, and what each may do. */
export function MembersPage() {
  const trpc = useTRPC();
  const client = useQueryClient();
  const members = useQuery(trpc.organisation.members.queryOptions());
  const [leaving, setLeaving] = useState<{ userId: string; name: string; isYou: boolean }>();
  const refresh = () => void client.invalidateQueries(trpc.organisation.members.queryFilter());
  const setRole = useMutation(trpc.organisation.setRole.mutationOptions({ onSettled: refresh }));
  const remove = useMutation(trpc.organisation.remove.mutationOptions({ onSettled: refresh }));
  const withdraw = useMutation(trpc.organisation.withdraw.mutationOptions({ onSettled: refresh }));
  const error = setRole.error ?? remove.error ?? withdraw.error;
  if (members.isPending) return <p className="dim">Loading…</p>;
  if (members.isError)
    return (
      <div className="stack-large">
        <h1>Members</h1>
        <ConsoleNav />
        <QueryFault error={members.error} />
      </div>
    );
  return (
    <div className="stack-large">
      <h1>Members</h1>
      <ConsoleNav />
      <div className="two">
        <div className="stack">
          {error && <Notice kind="bad">{wireError(error).message}</Notice>}
          <ul className="card flush list" aria-label="Members">
            {members.data.members.map((member) => (
              <li key={member.userId} className="list-row">
                <span className="stack-small grow">
                  <strong>
                    {member.name}
                    {member.isYou && <span className="dim"> (you)</span>}
                  </strong>
                  <span className="small dim wrap">{member.email}</span>
                </span>
                <span className="row">
                  <select
                    className="input compact"
                    aria-label={`Role of ${member.name}`}
                    value={member.role}
                    disabled={setRole.isPending}
                    onChange={(event) =>
                      setRole.mutate({ userId: member.userId, role: event.target.value as Role })
                    }
                  >
                    {roles.map(({ value, name }) => (
                      <option key={value} value={value}>
                        {name}
                      </option>
                    ))}
                  </select>
                  <button
                    className="button small quiet"
                    type="button"
                    aria-label={member.isYou ? "Leave" : `Remove ${member.name}`}
                    onClick={() => setLeaving(member)}
                  >
                    {member.isYou ? "Leave" : "Remove"}
                  </button>
                </span>
              </li>
            ))}
          </ul>
          {members.data.invited.length > 0 && (
            <>
              <h2>Invited</h2>
              <ul className="card flush list" aria-label="Invited">
                {members.data.invited.map((invitation) => (
                  <li key={invitation.id} className="list-row">
                    <span className="stack-small grow">
                      <strong className="wrap">{invitation.email}</strong>
                      <span className="small dim">
                        {roleNames[invitation.role]} · until <ShortTime at={invitation.expiresAt} />
                      </span>
                    </span>
                    <button
                      className="button small quiet"
                      type="button"
                      aria-label={`Withdraw the invitation of ${invitation.email}`}
                      onClick={() => withdraw.mutate({ id: invitation.id })}
                    >
                      Withdraw
                    </button>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
        <InviteMember onInvited={refresh} />
      </div>
      <ConfirmDialog
        open={leaving !== undefined}
        title={leaving?.isYou ? "Leave the organisation?" : `Remove ${leaving?.name ?? ""}?`}
        confirm={leaving?.isYou ? "Leave" : "Remove"}
        onCancel={() => setLeaving(undefined)}
        onConfirm={() => {
          if (leaving) remove.mutate({ userId: leaving.userId });
          setLeaving(undefined);
        }}
      >
        {leaving?.isYou
          ? "You will not see its webinars any more, until somebody invites you again."
          : "They will not see the webinars any more. What they made stays."}
      </ConfirmDialog>
    </div>
  );
}
