"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useMay } from "../account/use-may.ts";

const pages = [
  { path: "", name: "Overview", needs: "webinar.view" },
  { path: "/schedule", name: "Date and mails", needs: "webinar.edit" },
  { path: "/page", name: "Public page", needs: "webinar.edit" },
  { path: "/registration", name: "Registration", needs: "registration.manage" },
  { path: "/promote", name: "Promote", needs: "campaign.view" },
  { path: "/replay", name: "Replay", needs: "report.view" },
  { path: "/report", name: "Report", needs: "report.view" },
] as const;

/** The pages of one webinar in the console that one's role opens. */
export function WebinarNav({ webinarId }: { webinarId: string }) {
  const here = usePathname();
  const may = useMay();
  return (
    <nav className="subnav" aria-label="Webinar">
      {pages
        .filter(({ needs }) => may(needs))
        .map(({ path, name }) => {
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
