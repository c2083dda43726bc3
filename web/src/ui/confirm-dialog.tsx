"use client";
import { type ReactNode, useEffect, useId, useRef } from "react";
import { useTexts } from "../client/language.tsx";

type Props = {
  open: boolean;
  title: string;
  confirm: string;
  /** What says no. */
  dismiss?: string;
  onConfirm: () => void;
  onCancel: () => void;
  children: ReactNode;
};

/** A question before something that cannot be undone. Escape and the first button mean no. */
export function ConfirmDialog({ open, title, confirm, dismiss, onConfirm, onCancel, children }: Props) {
  const { site } = useTexts();
  const heading = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (open) dialog.current?.showModal();
    else dialog.current?.close();
  }, [open]);
  return (
    <dialog ref={dialog} aria-labelledby={heading} onCancel={onCancel}>
      <div className="stack">
        <h2 id={heading}>{title}</h2>
        <p className="dim">{children}</p>
        <div className="row" style={{ justifyContent: "flex-end" }}>
          <button className="button" type="button" onClick={onCancel}>
            {dismiss ?? site.cancel}
          </button>
          <button className="button danger" type="button" onClick={onConfirm}>
            {confirm}
          </button>
        </div>
      </div>
    </dialog>
  );
}
