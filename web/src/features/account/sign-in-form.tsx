"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { useFaults, useTexts } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Sign-in by mailed link: no password to lose. */
export function SignInForm({ next }: { next?: string }) {
  const trpc = useTRPC();
  const { account } = useTexts().site;
  const faults = useFaults();
  const [email, setEmail] = useState("");
  const request = useMutation(trpc.auth.requestLink.mutationOptions());
  const fault = request.error ? faults.of(request.error) : undefined;
  if (request.isSuccess) {
    return (
      <div className="stack" role="status">
        <h1>{account.checkMail}</h1>
        <p>
          {account.linkSent[0]} <strong>{email}</strong>. {account.linkSent[1]}
        </p>
        <button className="button" type="button" onClick={() => request.reset()}>
          {account.otherAddress}
        </button>
      </div>
    );
  }
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        request.mutate({ email, ...(next ? { next } : {}) });
      }}
    >
      <h1>{account.signIn}</h1>
      <p className="dim">{account.intro}</p>
      {fault && fault.field !== "email" && <Notice kind="bad">{fault.message}</Notice>}
      <TextField
        label={account.email}
        type="email"
        name="email"
        autoComplete="email"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        fault={fault?.field === "email" ? fault.message : undefined}
      />
      <button className="button primary" type="submit" disabled={request.isPending}>
        {request.isPending ? account.sending : account.mailLink}
      </button>
    </form>
  );
}
