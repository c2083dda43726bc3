"use client";
import { moved } from "@rostrum/rules";
import { useMutation } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { type AskedField, FormFields } from "../../register/form-fields.tsx";
import { FieldEditor } from "./field-editor.tsx";

const blank = (): AskedField => ({
  id: crypto.randomUUID(),
  kind: "text",
  label: "",
  help: "",
  options: [],
  required: false,
  showIf: null,
});

/** The questions of the form, put in order by drag or by key, beside the form as people will see it. */
export function FormBuilder({ webinarId, saved }: { webinarId: string; saved: AskedField[] }) {
  const trpc = useTRPC();
  const [fields, setFields] = useState(saved);
  const [answers, setAnswers] = useState<Record<string, string>>({});
  const [dragged, setDragged] = useState<number>();
  const [said, setSaid] = useState("");
  const save = useMutation(trpc.registration.saveForm.mutationOptions());
  const fault = save.error ? wireError(save.error) : undefined;
  const [, faultAt, faultKey] = fault?.field?.split(".") ?? [];
  const change = (next: AskedField[]) => {
    save.reset();
    setFields(next);
  };
  const move = (from: number, to: number) => {
    if (to < 0 || to >= fields.length || from === to) return;
    change(moved(fields, from, to));
    setSaid(`${fields[from]?.label || "Question"} is now number ${to + 1} of ${fields.length}.`);
  };
  return (
    <section className="two builder" aria-labelledby="form-builder">
      <form
        className="card stack"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate({
            webinarId,
            fields: fields.map((field) => ({ ...field, options: [...field.options] })),
          });
        }}
      >
        <div className="card-head">
          <h2 id="form-builder">Registration form</h2>
          <span className="dim small">Name and e-mail are always asked</span>
        </div>
        {fault && faultAt === undefined && <Notice kind="bad">{fault.message}</Notice>}
        {save.isSuccess && <Notice kind="good">Saved. The registration page asks this now.</Notice>}
        {fields.length === 0 && (
          <p className="dim">No questions yet. Fewer questions bring more registrations.</p>
        )}
        <ol className="stack">
          {fields.map((field, at) => (
            <FieldEditor
              key={field.id}
              field={field}
              at={at}
              count={fields.length}
              before={fields.slice(0, at)}
              fault={faultAt === String(at) ? { key: faultKey, message: fault?.message ?? "" } : undefined}
              dragged={dragged === at}
              onChange={(next) => change(fields.map((one) => (one.id === field.id ? next : one)))}
              onRemove={() => change(fields.filter(({ id }) => id !== field.id))}
              onMove={(to) => move(at, to)}
              onDrag={(on) => setDragged(on ? at : undefined)}
              onDrop={() => {
                if (dragged !== undefined) move(dragged, at);
                setDragged(undefined);
              }}
            />
          ))}
        </ol>
        <p className="visually-hidden" role="status">
          {said}
        </p>
        <div className="row between">
          <button className="button" type="button" onClick={() => change([...fields, blank()])}>
            <Plus size={18} aria-hidden="true" />
            Add a question
          </button>
          <button className="button primary" type="submit" disabled={save.isPending}>
            Save form
          </button>
        </div>
      </form>
      <aside className="card stack preview" aria-label="Preview">
        <div className="card-head">
          <h2>Register</h2>
          <span className="badge">Preview</span>
        </div>
        <TextField label="Name" defaultValue="" autoComplete="off" />
        <TextField
          label="E-mail"
          defaultValue=""
          autoComplete="off"
          help="Your personal link goes to this address."
        />
        <FormFields
          fields={fields.map((field) => ({ ...field, label: field.label || "Your question" }))}
          answers={answers}
          onAnswer={(id, answer) => setAnswers((current) => ({ ...current, [id]: answer }))}
        />
        <button className="button primary" type="button" disabled>
          Register
        </button>
      </aside>
    </section>
  );
}
