import { useId } from "react";
import { describe, Notes } from "./field.tsx";

type Props = {
  label: string;
  help?: string | undefined;
  fault?: string | undefined;
  checked: boolean;
  onChange: (checked: boolean) => void;
  required?: boolean;
};

/** Yes or no. */
export function CheckField({ label, help, fault, checked, onChange, required }: Props) {
  const id = useId();
  const notes = { ...(help ? { help } : {}), fault };
  return (
    <div className="field">
      <label className="check" style={{ alignItems: "flex-start", fontWeight: 400 }}>
        <input
          type="checkbox"
          checked={checked}
          required={required}
          style={{ marginTop: 3 }}
          {...describe(id, notes)}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>{label}</span>
      </label>
      <Notes id={id} {...notes} />
    </div>
  );
}
