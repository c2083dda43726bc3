"use client";
import { type KeyboardEvent, type ReactNode, useId, useState } from "react";

export type Tab = { key: string; label: string; count?: number; body: ReactNode };

/** Tabs after the ARIA pattern: arrow keys move, one tab stop. Panels stay mounted so that drafts survive. */
export function Tabs({ tabs, label }: { tabs: Tab[]; label: string }) {
  const id = useId();
  const [selected, select] = useState(tabs[0]?.key ?? "");
  const move = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    if (step === 0) return;
    const index = tabs.findIndex((tab) => tab.key === selected);
    const next = tabs[(index + step + tabs.length) % tabs.length];
    if (!next) return;
    select(next.key);
    document.getElementById(`${id}-${next.key}`)?.focus();
  };
  return (
    <>
      <div className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map((tab) => (
          <button
            key={tab.key}
            id={`${id}-${tab.key}`}
            className="tab"
            type="button"
            role="tab"
            aria-selected={tab.key === selected}
            aria-controls={`${id}-${tab.key}-panel`}
            tabIndex={tab.key === selected ? 0 : -1}
            onClick={() => select(tab.key)}
          >
            {tab.label}
            {tab.count ? (
              <span className="count number" aria-hidden="true">
                {tab.count}
              </span>
            ) : null}
          </button>
        ))}
      </div>
      {tabs.map((tab) => (
        <div
          key={tab.key}
          id={`${id}-${tab.key}-panel`}
          role="tabpanel"
          aria-labelledby={`${id}-${tab.key}`}
          hidden={tab.key !== selected}
          style={
            tab.key === selected
              ? { display: "flex", flexDirection: "column", flex: 1, minHeight: 0 }
              : undefined
          }
        >
          {tab.body}
        </div>
      ))}
    </>
  );
}
