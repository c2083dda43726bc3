import type { ReactNode } from "react";

type Props = { label: string; className?: string; children: ReactNode };

/** What may be wider than the screen: it scrolls by itself, by touch and, because it takes the focus, by keyboard (WCAG 2.1.1). */
export function WideRegion({ label, className = "", children }: Props) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must take the focus
    <section className={`table-scroll ${className}`.trim()} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
