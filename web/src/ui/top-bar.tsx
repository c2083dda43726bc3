import type { ReactNode } from "react";
import { Brand } from "./brand.tsx";

export function TopBar({ home, children }: { home?: string; children?: ReactNode }) {
  return (
    <header className="top">
      <div className="shell">
        <Brand href={home ?? "/"} />
        <nav className="row">{children}</nav>
      </div>
    </header>
  );
}
