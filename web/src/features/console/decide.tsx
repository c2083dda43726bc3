"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";

function useDecide(webinarId: string) {
  const trpc = useTRPC();
  const client = useQueryClient();
  return useMutation(
    trpc.registration.decide.mutationOptions({
      onSuccess: () => {
        void client.invalidateQueries(trpc.registration.list.queryFilter({ webinarId }));
        void client.invalidateQueries(trpc.registration.rules.queryFilter({ webinarId }));
      },
    }),
  );
}

type One = { webinarId: string; id: string; name: string; denied: boolean };

/** Let one in, or not. */
export function DecideButtons({ webinarId, id, name, denied }: One) {
  const decide = useDecide(webinarId);
  const run = (decision: "approve" | "deny") => decide.mutate({ webinarId, ids: [id], decision, reason: "" });
  return (
    <span className="row" style={{ gap: 6 }}>
      <button
        className="button small"
        type="button"
        aria-label={`Approve ${name}`}
        disabled={decide.isPending}
        onClick={() => run("approve")}
      >
        Approve
      </button>
      {!denied && (
        <button
          className="button quiet small"
          type="button"
          aria-label={`Deny ${name}`}
          disabled={decide.isPending}
          onClick={() => run("deny")}
        >
          Deny
        </button>
      )}
    </span>
  );
}

/** The same for all that are shown, with a reason that goes into the mail. */
export function DecideBar({ webinarId, ids }: { webinarId: string; ids: string[] }) {
  const decide = useDecide(webinarId);
  const [reason, setReason] = useState("");
  return (
    <div className="card stack">
      {decide.isError && <Notice kind="bad">{wireError(decide.error).message}</Notice>}
      <TextField
        label="Reason, for the mail"
        value={reason}
        maxLength={300}
        onChange={(event) => setReason(event.target.value)}
      />
      <div className="row">
        <button
          className="button primary small"
          type="button"
          disabled={decide.isPending}
          onClick={() => decide.mutate({ webinarId, ids, decision: "approve", reason })}
        >
          Approve all {ids.length}
        </button>
        <button
          className="button small"
          type="button"
          disabled={decide.isPending}
          onClick={() => decide.mutate({ webinarId, ids, decision: "deny", reason })}
        >
          Deny all {ids.length}
        </button>
      </div>
    </div>
  );
}
