"use client";
import { useMutation } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { Search } from "lucide-react";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import type { AppRouter } from "../../../server/routers/index.ts";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { ErasePerson, ExportPerson } from "./person-actions.tsx";

export type Found = inferRouterOutputs<AppRouter>["privacy"]["find"];

/** Somebody asks what is known about them, or to be forgotten: by their address. */
export function PersonCard() {
  const trpc = useTRPC();
  const [email, setEmail] = useState("");
  const find = useMutation(trpc.privacy.find.mutationOptions());
  const fault = find.error ? wireError(find.error) : undefined;
  return (
    <section className="card stack" aria-labelledby="person">
      <h2 id="person">A person&apos;s data</h2>
      <p className="help">
        Registrants and panelists of all your webinars. Each look, export and erasure is in the audit log,
        without the address.
      </p>
      <form
        className="stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          find.mutate({ email });
        }}
      >
        <TextField
          label="E-mail address"
          type="email"
          autoComplete="off"
          value={email}
          onChange={(event) => setEmail(event.target.value)}
          fault={fault?.field === "email" ? fault.message : undefined}
        />
        {fault && fault.field !== "email" && <Notice kind="bad">{fault.message}</Notice>}
        <div>
          <button className="button primary" type="submit" disabled={find.isPending}>
            <Search size={18} aria-hidden="true" />
            Look up
          </button>
        </div>
      </form>
      {find.data && <Result key={find.data.email} found={find.data} />}
    </section>
  );
}

const short = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });
const counted: Record<keyof Found["counts"], string> = {
  stays: "stays",
  questions: "questions",
  chat: "messages",
  votes: "votes",
  hands: "raised hands",
  mails: "mails",
};

function Result({ found }: { found: Found }) {
  const { email, traces, counts, member } = found;
  const account = member && (
    <Notice kind="warn">This address signs in to your organisation. Its account is not touched here.</Notice>
  );
  if (traces.length === 0)
    return (
      <>
        {account}
        <Notice>Nothing is stored about {email}.</Notice>
        <ErasePerson email={email} known={false} />
      </>
    );
  return (
    <div className="stack">
      {account}
      <ul className="plain-list stack-small" aria-label={`Where ${email} is known`}>
        {traces.map(({ kind, id, title, name, since }) => (
          <li key={id} className="trace">
            <strong>{title}</strong>
            <span className="small dim">
              {name}, {kind === "panelist" ? "panelist" : "registrant"} since {short.format(since)}
            </span>
          </li>
        ))}
      </ul>
      <p className="small dim number">
        {(Object.keys(counted) as (keyof Found["counts"])[])
          .map((kind) => `${counts[kind]} ${counted[kind]}`)
          .join(" · ")}
      </p>
      <ExportPerson email={email} />
      <ErasePerson email={email} known />
    </div>
  );
}
