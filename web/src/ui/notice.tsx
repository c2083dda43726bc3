import type { ReactNode } from "react";

/** A message in the flow of the page; faults are announced at once, the rest politely. */
export function Notice({
  kind = "plain",
  children,
}: {
  kind?: "plain" | "good" | "bad" | "warn";
  children: ReactNode;
}) {
  return (
    <div className={`notice ${kind}`} role={kind === "bad" ? "alert" : "status"}>
      {children}
    </div>
  );
}
