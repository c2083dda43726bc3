import { type SelectHTMLAttributes, useId } from "react";
import { describe, Notes, type Shared } from "./field.tsx";

type Props = Shared &
  SelectHTMLAttributes<HTMLSelectElement> & { choices: { value: string; name: string }[] };

/** One of a list. */
export function SelectField({ label, help, fault, choices, ...select }: Props) {
  const id = useId();
  const notes = { ...(help ? { help } : {}), fault };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select className="input" id={id} {...describe(id, notes)} {...select}>
        {choices.map(({ value, name }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
      <Notes id={id} {...notes} />
    </div>
  );
}
