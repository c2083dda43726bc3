"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";

const pages = [
  { path: "", name: "Overview" },
  { path: "/schedule", name: "Date and mails" },
  { path: "/page", name: "Public page" },
  { path: "/registration", name: "Registration" },
  { path: "/report", name: "Report and exports" },
];

/** The pages of one webinar in the console. */
export function WebinarNav({ webinarId }: { webinarId: string }) {
  const here = usePathname();
  return (
    <nav className="subnav" aria-label="Webinar">
      {pages.map(({ path, name }) => {
        const href = `/console/${webinarId}${path}`;
        return (
          <Link key={path} href={href} aria-current={here === href ? "page" : undefined}>
            {name}
          </Link>
        );
      })}
    </nav>
  );
}
