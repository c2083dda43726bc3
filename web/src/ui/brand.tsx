import Link from "next/link";

/** The mark: a rostrum seen from the audience. */
export function Brand({ href = "/" }: { href?: string }) {
  return (
    <Link className="brand" href={href} aria-label="Rostrum">
      <svg width="26" height="26" viewBox="0 0 26 26" aria-hidden="true">
        <rect width="26" height="26" rx="7" fill="var(--accent)" />
        <path d="M6 9h14l-2 4H8z M9 14.5h8L16 20h-6z" fill="var(--on-accent)" />
      </svg>
      <span className="brand-name">Rostrum</span>
    </Link>
  );
}
