"use client";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import { TextField } from "../../ui/field.tsx";
import { Notice } from "../../ui/notice.tsx";
import { cameFrom, campaign } from "./campaign.ts";

export function RegistrationForm({ slug }: { slug: string }) {
  const trpc = useTRPC();
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const submit = useMutation(trpc.registration.submit.mutationOptions());
  const fault = submit.error ? wireError(submit.error) : undefined;
  const of = (field: string) =>
    fault?.field === field && fault.code !== "registration.duplicate" ? fault.message : undefined;

  if (submit.isSuccess) {
    return (
      <div className="card stack" role="status">
        <h2>You are registered</h2>
        <p>
          Your personal link is on its way to <strong>{email}</strong>, with a calendar entry.
        </p>
        <p className="dim small">
          Nothing there after a few minutes? Look in the spam folder, or register again: we mail the link once
          more.
        </p>
      </div>
    );
  }
  return (
    <form
      className="card stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit.mutate({
          slug,
          name,
          email,
          answers: {},
          utm: campaign(),
          referrer: cameFrom(),
        });
      }}
    >
      <h2>Register</h2>
      {fault?.code === "registration.duplicate" && <Notice kind="bad">{fault.message}</Notice>}
      {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
      <TextField
        label="Name"
        name="name"
        autoComplete="name"
        required
        value={name}
        onChange={(event) => setName(event.target.value)}
        fault={of("name")}
      />
      <TextField
        label="E-mail"
        type="email"
        name="email"
        autoComplete="email"
        required
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        fault={of("email")}
        help="Your personal link goes to this address."
      />
      <button className="button primary" type="submit" disabled={submit.isPending}>
        {submit.isPending ? "Registering…" : "Register"}
      </button>
    </form>
  );
}
