"use client";
import { type Answers, choiceSeparator, choicesOf, type Field, visibleFields } from "@rostrum/rules";
import { useSyncExternalStore } from "react";
import { useLanguage, useTexts } from "../../client/language.tsx";
import type { Texts } from "../../texts/index.ts";
import { CheckField } from "../../ui/check-field.tsx";
import { TextArea, TextField } from "../../ui/field.tsx";
import { SelectField } from "../../ui/select-field.tsx";
import { countries } from "./countries.ts";

export type AskedField = Field & { help: string };
type Props = {
  fields: readonly AskedField[];
  answers: Answers;
  onAnswer: (id: string, answer: string) => void;
  /** What is wrong, by the field's id. */
  fault?: { id: string; message: string } | undefined;
  texts?: Texts["form"];
};

const subscribe = () => () => {};

const inputs = { text: "text", email: "email", phone: "tel", number: "text", date: "date" } as const;

/** The questions of a registration form, those that the answers call for: in the form itself and in its preview. */
export function FormFields({ fields, answers, onAnswer, fault, texts }: Props) {
  const { form } = useTexts();
  return visibleFields(fields, answers).map((field) => (
    <OneField
      key={field.id}
      field={field}
      answer={answers[field.id] ?? ""}
      onAnswer={(answer) => onAnswer(field.id, answer)}
      fault={fault?.id === field.id ? fault.message : undefined}
      texts={texts ?? form}
    />
  ));
}

type One = {
  field: AskedField;
  answer: string;
  onAnswer: (answer: string) => void;
  fault: string | undefined;
  texts: Texts["form"];
};

function OneField({ field, answer, onAnswer, fault, texts }: One) {
  const { locale } = useLanguage();
  const listed = useSyncExternalStore(
    subscribe,
    () => true,
    () => false,
  );
  const { kind, required } = field;
  const label = required ? field.label : texts.optional(field.label);
  const notes = { fault, ...(field.help ? { help: field.help } : {}) };
  if (kind === "consent")
    return (
      <CheckField
        label={field.label}
        required={required}
        checked={answer === "yes"}
        onChange={(checked) => onAnswer(checked ? "yes" : "")}
        {...notes}
      />
    );
  if (kind === "multi-choice")
    return <ManyChoices field={field} label={label} answer={answer} onAnswer={onAnswer} fault={fault} />;
  const bound = {
    label,
    required,
    value: answer,
    onChange: (event: { target: { value: string } }) => onAnswer(event.target.value),
    ...notes,
  };
  if (kind === "long-text") return <TextArea maxLength={2000} {...bound} />;
  if (kind === "choice" || kind === "country") {
    // The browser names countries, the server may name some otherwise: it lists none.
    const named = field.options.map((name) => ({ value: name, name }));
    return (
      <SelectField
        choices={[
          { value: "", name: texts.choose },
          ...(kind === "country" ? (listed ? countries(locale) : []) : named),
        ]}
        {...bound}
      />
    );
  }
  return (
    <TextField
      type={inputs[kind]}
      maxLength={500}
      {...(kind === "number" ? { inputMode: "decimal" as const } : {})}
      {...bound}
    />
  );
}

function ManyChoices({ field, label, answer, onAnswer, fault }: Omit<One, "texts"> & { label: string }) {
  const chosen = new Set(choicesOf(answer));
  const toggle = (option: string, on: boolean) => {
    if (on) chosen.add(option);
    else chosen.delete(option);
    onAnswer(field.options.filter((one) => chosen.has(one)).join(choiceSeparator));
  };
  return (
    <fieldset className="field plain">
      <legend className="label">{label}</legend>
      {field.options.map((option) => (
        <CheckField
          key={option}
          label={option}
          checked={chosen.has(option)}
          onChange={(on) => toggle(option, on)}
        />
      ))}
      {field.help && <span className="help">{field.help}</span>}
      {fault && (
        <span className="fault" role="alert">
          {fault}
        </span>
      )}
    </fieldset>
  );
}
