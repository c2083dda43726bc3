"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";

const fields = [
  { key: "name", label: "Name", placeholder: "Spring newsletter" },
  { key: "source", label: "Source", placeholder: "newsletter", help: "utm_source: where it stands" },
  { key: "medium", label: "Medium (optional)", placeholder: "email" },
  { key: "campaign", label: "Campaign (optional)", placeholder: "spring-2027" },
  { key: "content", label: "Content (optional)", placeholder: "button-top" },
] as const;
type Values = Record<(typeof fields)[number]["key"], string>;

/** A link for one place where the webinar is told of. */
export function NewLink({
  webinarId,
  onMade,
  onDone,
}: {
  webinarId: string;
  onMade: () => void;
  onDone: () => void;
}) {
  const trpc = useTRPC();
  const [values, setValues] = useState<Values>({
    name: "",
    source: "",
    medium: "",
    campaign: "",
    content: "",
  });
  const create = useMutation(
    trpc.campaignLink.create.mutationOptions({
      onSuccess: () => {
        onMade();
        onDone();
      },
    }),
  );
  const fault = create.error ? wireError(create.error) : undefined;
  return (
    <form
      className="item stack"
      noValidate
      aria-label="New link"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate({ webinarId, ...values });
      }}
    >
      <div className="pair">
        {fields.map(({ key, label, ...rest }) => (
          <TextField
            key={key}
            label={label}
            {...rest}
            value={values[key]}
            maxLength={80}
            onChange={(event) => setValues({ ...values, [key]: event.target.value })}
            fault={fault?.field === key ? fault.message : undefined}
          />
        ))}
      </div>
      {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
      <div className="row">
        <button className="button primary small" type="submit" disabled={create.isPending}>
          Make the link
        </button>
        <button className="button small quiet" type="button" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
