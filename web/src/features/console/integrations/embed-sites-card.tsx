"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { TextArea } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";

/** The sites whose pages may show a registration form of ours. */
export function EmbedSitesCard({ origins }: { origins: string[] }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [text, setText] = useState(origins.join("\n"));
  const save = useMutation(
    trpc.integration.setEmbedOrigins.mutationOptions({
      onSuccess: (saved) => {
        setText(saved.origins.join("\n"));
        void client.invalidateQueries(trpc.integration.overview.queryFilter());
      },
    }),
  );
  const fault = save.error ? wireError(save.error) : undefined;
  return (
    <form
      className="card stack"
      noValidate
      aria-labelledby="sites"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate({ origins: text.split(/[\s,]+/).filter(Boolean) });
      }}
    >
      <h2 id="sites">Forms on your site</h2>
      <p className="help">
        Each webinar's snippet is under <em>Promote</em>. Only the sites named here can show the form.
      </p>
      <TextArea
        label="Sites, one per line"
        value={text}
        placeholder="https://www.example.com"
        spellCheck={false}
        onChange={(event) => setText(event.target.value)}
        fault={fault?.field?.startsWith("origins") ? fault.message : undefined}
      />
      {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
      {save.isSuccess && <Notice kind="good">Saved.</Notice>}
      <div>
        <button className="button" type="submit" disabled={save.isPending}>
          Save sites
        </button>
      </div>
    </form>
  );
}
