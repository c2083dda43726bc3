"use client";
import { useMutation } from "@tanstack/react-query";
import { Download, Trash2 } from "lucide-react";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";

function saveFile(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Everything about them as JSON. */
export function ExportPerson({ email }: { email: string }) {
  const trpc = useTRPC();
  const make = useMutation(
    trpc.privacy.export.mutationOptions({
      onSuccess: ({ document }) => saveFile(document, "person.json"),
    }),
  );
  return (
    <>
      {make.error && <Notice kind="bad">{wireError(make.error).message}</Notice>}
      {make.isSuccess && <Notice kind="good">person.json is in your downloads.</Notice>}
      <div>
        <button
          className="button"
          type="button"
          disabled={make.isPending}
          onClick={() => make.mutate({ email })}
        >
          <Download size={18} aria-hidden="true" />
          Download everything (JSON)
        </button>
      </div>
    </>
  );
}

/** Forget them, once the address has been typed. Where nothing is found, it finishes what could not be done before. */
export function ErasePerson({ email, known }: { email: string; known: boolean }) {
  const trpc = useTRPC();
  const [open, setOpen] = useState(false);
  const [confirm, setConfirm] = useState("");
  const erase = useMutation(trpc.privacy.erase.mutationOptions());
  const fault = erase.error ? wireError(erase.error) : undefined;
  if (erase.isSuccess)
    return (
      <Notice kind="good">
        {erase.data.erased > 0
          ? `Erased in ${erase.data.erased} ${erase.data.erased === 1 ? "place" : "places"}. Totals stay as they were.`
          : "There was nothing left to erase."}
      </Notice>
    );
  if (!known && !fault) return null;
  if (!open)
    return (
      <div>
        <button className="button danger" type="button" onClick={() => setOpen(true)}>
          <Trash2 size={18} aria-hidden="true" />
          Erase this person
        </button>
      </div>
    );
  return (
    <form
      className="stack danger-zone"
      noValidate
      aria-label="Erase this person"
      onSubmit={(event) => {
        event.preventDefault();
        erase.mutate({ email, confirm });
      }}
    >
      <p className="small">
        Name, address, answers, questions, messages, mails and personal links go, everywhere and for good.
        Whoever is in the room leaves it. Attendance and votes stay in the totals, as nobody&apos;s.
        Recordings are not cut.
      </p>
      <TextField
        label={`Type ${email} to confirm`}
        autoComplete="off"
        value={confirm}
        onChange={(event) => setConfirm(event.target.value)}
        fault={fault?.field === "confirm" ? fault.message : undefined}
      />
      {fault && fault.field !== "confirm" && <Notice kind="bad">{fault.message}</Notice>}
      <div className="row">
        <button className="button danger" type="submit" disabled={erase.isPending}>
          Erase for good
        </button>
        <button className="button quiet" type="button" onClick={() => setOpen(false)}>
          Cancel
        </button>
      </div>
    </form>
  );
}
