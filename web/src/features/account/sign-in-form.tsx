"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";

/** Sign-in by mailed link: no password to lose. */
export function SignInForm({ next }: { next?: string }) {
  const trpc = useTRPC();
  const [email, setEmail] = useState("");
  const request = useMutation(trpc.auth.requestLink.mutationOptions());
  const fault = request.error ? wireError(request.error) : undefined;
  if (request.isSuccess) {
    return (
      <div className="stack" role="status">
        <h1>Check your mail</h1>
        <p>
          We have sent a link to <strong>{email}</strong>. It works once, for 20 minutes.
        </p>
        <button className="button" type="button" onClick={() => request.reset()}>
          Use another address
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
      <h1>Sign in</h1>
      <p className="dim">For hosts. We mail you a link; there is no password.</p>
      {fault && fault.field !== "email" && <Notice kind="bad">{fault.message}</Notice>}
      <TextField
        label="E-mail"
        type="email"
        name="email"
        autoComplete="email"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        fault={fault?.field === "email" ? fault.message : undefined}
      />
      <button className="button primary" type="submit" disabled={request.isPending}>
        {request.isPending ? "Sending…" : "Mail me a link"}
      </button>
    </form>
  );
}
