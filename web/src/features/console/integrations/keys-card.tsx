"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { CheckField } from "../../../ui/check-field.tsx";
import { ConfirmDialog } from "../../../ui/confirm-dialog.tsx";
import { CopyField } from "../../../ui/copy-field.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { ShortTime } from "../short-time.tsx";
import type { Overview } from "./overview.ts";
import { type ApiScope, apiScopes } from "./scopes.ts";

const scopeNames: Record<ApiScope, string> = {
  "webinars:read": "See webinars and their forms",
  "webinars:write": "Schedule, change and cancel webinars",
  "registrations:read": "See who registered",
  "registrations:write": "Register people, cancel, approve, deny",
  "reports:read": "See attendance, questions and polls",
};

/** Keys of the API: made here, shown once, revoked here. */
export function KeysCard({ keys, publicUrl }: { keys: Overview["keys"]; publicUrl: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [making, setMaking] = useState(false);
  const [doomed, setDoomed] = useState<Overview["keys"][number]>();
  const refresh = () => void client.invalidateQueries(trpc.integration.overview.queryFilter());
  const revoke = useMutation(trpc.integration.revokeKey.mutationOptions({ onSettled: refresh }));
  return (
    <section className="card stack" aria-labelledby="keys">
      <div className="row between">
        <h2 id="keys">API keys</h2>
        {!making && (
          <button className="button small" type="button" onClick={() => setMaking(true)}>
            New key
          </button>
        )}
      </div>
      <p className="help">
        For your own programs. The API is at <code>{publicUrl}/api/v1</code>, described by{" "}
        <a href="/api/v1/openapi.json">OpenAPI</a>.
      </p>
      {making && <NewKey onMade={refresh} onDone={() => setMaking(false)} />}
      {revoke.error && <Notice kind="bad">{wireError(revoke.error).message}</Notice>}
      {keys.length === 0 && !making ? (
        <div className="empty small-empty">
          <KeyRound size={22} aria-hidden="true" />
          <p>No keys yet. A key lets a program of yours in, for what you choose.</p>
        </div>
      ) : (
        <ul className="stack-small">
          {keys.map((key) => (
            <li key={key.id} className="item row between">
              <span className="stack-small grow">
                <span className="row">
                  <strong>{key.name}</strong>
                  <code className="small dim">{key.prefix}…</code>
                </span>
                <span className="small dim wrap">{key.scopes.join(" · ")}</span>
                <span className="small dim">
                  {key.lastUsedAt ? (
                    <>
                      Used <ShortTime at={key.lastUsedAt} />
                    </>
                  ) : (
                    "Never used"
                  )}{" "}
                  · made by {key.createdBy}
                </span>
              </span>
              <button
                className="button small quiet"
                type="button"
                aria-label={`Revoke ${key.name}`}
                onClick={() => setDoomed(key)}
              >
                Revoke
              </button>
            </li>
          ))}
        </ul>
      )}
      <ConfirmDialog
        open={doomed !== undefined}
        title={`Revoke ${doomed?.name ?? ""}?`}
        confirm="Revoke"
        onCancel={() => setDoomed(undefined)}
        onConfirm={() => {
          if (doomed) revoke.mutate({ id: doomed.id });
          setDoomed(undefined);
        }}
      >
        Programs that use it are refused from then on. This cannot be undone.
      </ConfirmDialog>
    </section>
  );
}

function NewKey({ onMade, onDone }: { onMade: () => void; onDone: () => void }) {
  const trpc = useTRPC();
  const [name, setName] = useState("");
  const [scopes, setScopes] = useState<ApiScope[]>([]);
  const create = useMutation(trpc.integration.createKey.mutationOptions({ onSuccess: onMade }));
  const fault = create.error ? wireError(create.error) : undefined;
  if (create.data)
    return (
      <div className="item stack">
        <Notice kind="good">Copy the key now: it is not shown again.</Notice>
        <CopyField label={`Key of ${create.data.name}`} value={create.data.key} />
        <div>
          <button className="button small" type="button" onClick={onDone}>
            Done
          </button>
        </div>
      </div>
    );
  return (
    <form
      className="item stack"
      noValidate
      aria-label="New key"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ name, scopes });
      }}
    >
      <TextField
        label="What is it for?"
        value={name}
        placeholder="CRM sync"
        maxLength={80}
        onChange={(event) => setName(event.target.value)}
        fault={fault?.field === "name" ? fault.message : undefined}
      />
      <fieldset className="field plain stack-small">
        <legend className="label">It may</legend>
        {apiScopes.map((scope) => (
          <CheckField
            key={scope}
            label={scopeNames[scope]}
            checked={scopes.includes(scope)}
            onChange={(on) => setScopes(on ? [...scopes, scope] : scopes.filter((each) => each !== scope))}
          />
        ))}
        {fault?.field?.startsWith("scopes") && (
          <span className="fault" role="alert">
            {fault.message}
          </span>
        )}
      </fieldset>
      {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
      <div className="row">
        <button className="button primary small" type="submit" disabled={create.isPending}>
          Make the key
        </button>
        <button className="button small quiet" type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
