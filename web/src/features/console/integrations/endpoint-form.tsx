"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { CheckField } from "../../../ui/check-field.tsx";
import { CopyField } from "../../../ui/copy-field.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import type { Endpoint, EventName } from "./overview.ts";

type Props = { events: EventName[]; endpoint?: Endpoint; onDone: () => void };

const groupOf = (event: string): string => event.split(".", 1)[0] ?? event;
const title = (group: string): string => group.charAt(0).toUpperCase() + group.slice(1);

/** Make or change an endpoint. A new one shows its secret when it is made. */
export function EndpointForm({ events, endpoint, onDone }: Props) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [url, setUrl] = useState(endpoint?.url ?? "");
  const [name, setName] = useState(endpoint?.name ?? "");
  const [chosen, setChosen] = useState<EventName[]>(
    events.filter((event) =>
      endpoint ? endpoint.events.includes(event) : event.startsWith("registration."),
    ),
  );
  const refresh = () => void client.invalidateQueries(trpc.integration.overview.queryFilter());
  const create = useMutation(trpc.integration.createEndpoint.mutationOptions({ onSuccess: refresh }));
  const change = useMutation(
    trpc.integration.changeEndpoint.mutationOptions({
      onSuccess: () => {
        refresh();
        onDone();
      },
    }),
  );
  const error = create.error ?? change.error;
  const fault = error ? wireError(error) : undefined;
  if (create.data)
    return (
      <div className="item stack">
        <Notice kind="good">The endpoint is there. Its receiver checks signatures with this secret.</Notice>
        <CopyField label="Signing secret" value={create.data.secret} />
        <div>
          <button className="button small" type="button" onClick={onDone}>
            Done
          </button>
        </div>
      </div>
    );
  const wish = { url, name, events: chosen };
  return (
    <form
      className="item stack"
      noValidate
      aria-label={endpoint ? "Change endpoint" : "New endpoint"}
      onSubmit={(event) => {
        event.preventDefault();
        if (endpoint) change.mutate({ ...wish, id: endpoint.id, enabled: !endpoint.disabled });
        else create.mutate(wish);
      }}
    >
      <TextField
        label="Address"
        type="url"
        value={url}
        placeholder="https://crm.example.com/hooks/rostrum"
        onChange={(event) => setUrl(event.target.value)}
        fault={fault?.field === "url" ? fault.message : undefined}
      />
      <TextField
        label="Name (optional)"
        value={name}
        maxLength={80}
        onChange={(event) => setName(event.target.value)}
        fault={fault?.field === "name" ? fault.message : undefined}
      />
      {[...Map.groupBy(events, groupOf)].map(([group, members]) => (
        <fieldset key={group} className="field plain">
          <legend className="label">{title(group)}</legend>
          <div className="checks">
            {members.map((event) => (
              <CheckField
                key={event}
                label={event}
                checked={chosen.includes(event)}
                onChange={(on) =>
                  setChosen(on ? [...chosen, event] : chosen.filter((each) => each !== event))
                }
              />
            ))}
          </div>
        </fieldset>
      ))}
      {fault && fault.field !== "url" && fault.field !== "name" && (
        <Notice kind="bad">{fault.message}</Notice>
      )}
      <div className="row">
        <button
          className="button primary small"
          type="submit"
          disabled={create.isPending || change.isPending}
        >
          {endpoint ? "Save" : "Add endpoint"}
        </button>
        <button className="button small quiet" type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
