"use client";
import type { FieldKind } from "@rostrum/rules";
import { ArrowDown, ArrowUp, GripVertical, Trash2 } from "lucide-react";
import { CheckField } from "../../../ui/check-field.tsx";
import { TextArea, TextField } from "../../../ui/field.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import type { AskedField } from "../../register/form-fields.tsx";

const kinds: { value: FieldKind; name: string }[] = [
  { value: "text", name: "Short text" },
  { value: "long-text", name: "Long text" },
  { value: "email", name: "E-mail" },
  { value: "phone", name: "Telephone" },
  { value: "country", name: "Country" },
  { value: "choice", name: "One choice" },
  { value: "multi-choice", name: "Several choices" },
  { value: "number", name: "Number" },
  { value: "date", name: "Date" },
  { value: "consent", name: "Consent" },
];

type Props = {
  field: AskedField;
  at: number;
  count: number;
  /** Questions above: what this one may depend on. */
  before: AskedField[];
  fault: { key: string | undefined; message: string } | undefined;
  dragged: boolean;
  onChange: (field: AskedField) => void;
  onRemove: () => void;
  onMove: (to: number) => void;
  onDrag: (on: boolean) => void;
  onDrop: () => void;
};

/** One question: what it asks, and its place. Moved by its handle, or by the arrow buttons. */
export function FieldEditor({ field, at, count, before, fault, dragged, ...act }: Props) {
  const set = (change: Partial<AskedField>) => act.onChange({ ...field, ...change });
  const chooses = field.kind === "choice" || field.kind === "multi-choice";
  const name = field.label || `question ${at + 1}`;
  return (
    <li
      className="question"
      data-dragged={dragged || undefined}
      onDragOver={(event) => event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        act.onDrop();
      }}
    >
      <div className="row between">
        <span className="row dim small">
          <span
            className="grip"
            draggable
            aria-hidden="true"
            onDragStart={(event) => {
              event.dataTransfer.effectAllowed = "move";
              event.dataTransfer.setData("text/plain", field.id);
              act.onDrag(true);
            }}
            onDragEnd={() => act.onDrag(false)}
          >
            <GripVertical size={18} />
          </span>
          {at + 1} of {count}
        </span>
        <span className="row" style={{ gap: 4 }}>
          <button
            className="button quiet small"
            type="button"
            aria-label={`Move ${name} up`}
            disabled={at === 0}
            onClick={() => act.onMove(at - 1)}
          >
            <ArrowUp size={16} aria-hidden="true" />
          </button>
          <button
            className="button quiet small"
            type="button"
            aria-label={`Move ${name} down`}
            disabled={at === count - 1}
            onClick={() => act.onMove(at + 1)}
          >
            <ArrowDown size={16} aria-hidden="true" />
          </button>
          <button
            className="button quiet small"
            type="button"
            aria-label={`Remove ${name}`}
            onClick={act.onRemove}
          >
            <Trash2 size={16} aria-hidden="true" />
          </button>
        </span>
      </div>
      <div className="pair">
        <TextField
          label="Question"
          value={field.label}
          maxLength={200}
          onChange={(event) => set({ label: event.target.value })}
          fault={fault && fault.key !== "options" ? fault.message : undefined}
        />
        <SelectField
          label="Kind"
          choices={kinds}
          value={field.kind}
          onChange={(event) => set({ kind: event.target.value as FieldKind })}
        />
      </div>
      {chooses && (
        <TextArea
          label="Options, one a line"
          value={field.options.join("\n")}
          onChange={(event) =>
            set({ options: event.target.value.split("\n").map((option) => option.slice(0, 120)) })
          }
          onBlur={() => set({ options: field.options.map((option) => option.trim()).filter(Boolean) })}
          fault={fault?.key === "options" ? fault.message : undefined}
        />
      )}
      <TextField
        label="Help"
        value={field.help}
        maxLength={300}
        onChange={(event) => set({ help: event.target.value })}
      />
      <CheckField label="Required" checked={field.required} onChange={(required) => set({ required })} />
      {before.length > 0 && <Condition field={field} before={before} onChange={set} />}
    </li>
  );
}

type ConditionProps = Pick<Props, "field" | "before"> & { onChange: (change: Partial<AskedField>) => void };

function Condition({ field: { showIf }, before, onChange }: ConditionProps) {
  const other = before.find(({ id }) => id === showIf?.fieldId);
  const answers = other?.kind === "consent" ? ["yes"] : (other?.options ?? []);
  const value = showIf?.equals ?? "";
  const choices = [
    { value: "", name: "Always" },
    ...before.map(({ id, label }) => ({ value: id, name: `If “${label || "question"}” is…` })),
  ];
  const choose = (id: string) => {
    const chosen = before.find((one) => one.id === id);
    const first = chosen?.kind === "consent" ? "yes" : (chosen?.options[0] ?? "");
    onChange({ showIf: chosen ? { fieldId: id, equals: first } : null });
  };
  return (
    <div className="pair">
      <SelectField
        label="Ask it"
        choices={choices}
        value={showIf?.fieldId ?? ""}
        onChange={(event) => choose(event.target.value)}
      />
      {showIf &&
        (answers.length > 0 ? (
          <SelectField
            label="Answer"
            choices={answers.map((answer) => ({ value: answer, name: answer }))}
            value={value}
            onChange={(event) => onChange({ showIf: { ...showIf, equals: event.target.value } })}
          />
        ) : (
          <TextField
            label="Answer"
            value={value}
            maxLength={120}
            onChange={(event) => onChange({ showIf: { ...showIf, equals: event.target.value } })}
          />
        ))}
    </div>
  );
}
