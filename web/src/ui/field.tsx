import { type InputHTMLAttributes, type TextareaHTMLAttributes, useId } from "react";
import { useEarlyTyping } from "./early-typing.ts";

export type Shared = { label: string; help?: string | undefined; fault?: string | undefined };

export function describe(id: string, { help, fault }: Omit<Shared, "label">) {
  const ids = [help ? `${id}-help` : "", fault ? `${id}-fault` : ""].filter(Boolean).join(" ");
  return { "aria-describedby": ids || undefined, "aria-invalid": fault ? true : undefined };
}

export function Notes({ id, help, fault }: { id: string } & Omit<Shared, "label">) {
  return (
    <>
      {help && (
        <span className="help" id={`${id}-help`}>
          {help}
        </span>
      )}
      {fault && (
        <span className="fault" id={`${id}-fault`} role="alert">
          {fault}
        </span>
      )}
    </>
  );
}

export function TextField({ label, help, fault, ...input }: Shared & InputHTMLAttributes<HTMLInputElement>) {
  const id = useId();
  const field = useEarlyTyping<HTMLInputElement>(input.value);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        ref={field}
        className="input"
        id={id}
        {...describe(id, { ...(help ? { help } : {}), fault })}
        {...input}
      />
      <Notes id={id} {...(help ? { help } : {})} fault={fault} />
    </div>
  );
}

export function TextArea({
  label,
  help,
  fault,
  ...input
}: Shared & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  const id = useId();
  const field = useEarlyTyping<HTMLTextAreaElement>(input.value);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <textarea
        ref={field}
        className="input"
        id={id}
        {...describe(id, { ...(help ? { help } : {}), fault })}
        {...input}
      />
      <Notes id={id} {...(help ? { help } : {})} fault={fault} />
    </div>
  );
}
