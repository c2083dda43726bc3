import type { ReactNode } from "react";
import { Brand } from "./brand.tsx";

export function TopBar({ home, children }: { home?: string; children?: ReactNode }) {
  return (
    <header className="top">
      <div className="shell">
        <Brand href={home ?? "/"} />
        <nav>{children}</nav>
      </div>
    </header>
  );
}
