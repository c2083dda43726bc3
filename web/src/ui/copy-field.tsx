"use client";
import { Check, Copy } from "lucide-react";
import { useId, useState } from "react";
import { useTexts } from "../client/language.tsx";

/** A value to pass on, with a button that copies it. */
export function CopyField({ label, value }: { label: string; value: string }) {
  const { site } = useTexts();
  const id = useId();
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    await navigator.clipboard.writeText(value);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="inline-form">
        <input className="input" id={id} readOnly value={value} onFocus={(event) => event.target.select()} />
        <button className="button" type="button" onClick={() => void copy()}>
          {copied ? <Check size={18} aria-hidden="true" /> : <Copy size={18} aria-hidden="true" />}
          <span aria-live="polite">{copied ? site.copied : site.copy}</span>
        </button>
      </div>
    </div>
  );
}
