"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";

const pages = [
  { href: "/console", name: "Webinars" },
  { href: "/console/privacy", name: "Privacy" },
  { href: "/console/audit", name: "Audit log" },
];

/** The pages of the organisation in the console. */
export function OrganisationNav() {
  const here = usePathname();
  return (
    <nav className="subnav" aria-label="Organisation">
      {pages.map(({ href, name }) => (
        <Link key={href} href={href} aria-current={here === href ? "page" : undefined}>
          {name}
        </Link>
      ))}
    </nav>
  );
}
