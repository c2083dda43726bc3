"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTRPC } from "../../client/providers.tsx";

const pages = [
  { href: "/console", name: "Webinars", needs: "webinar.list" },
  { href: "/console/members", name: "Members", needs: "member.manage" },
  { href: "/console/integrations", name: "Integrations", needs: "integration.manage" },
  { href: "/console/privacy", name: "Privacy", needs: "privacy.manage" },
  { href: "/console/audit", name: "Audit log", needs: "privacy.manage" },
] as const;

/** The pages of an organisation that one's role opens, and a way to one's other organisations. */
export function ConsoleNav() {
  const trpc = useTRPC();
  const here = usePathname();
  const session = useQuery(trpc.auth.session.queryOptions());
  const mine = useQuery(trpc.organisation.mine.queryOptions(undefined, { enabled: Boolean(session.data) }));
  const enter = useMutation(
    trpc.organisation.enter.mutationOptions({ onSuccess: () => window.location.assign("/console") }),
  );
  const { permissions = [], organisationId } = session.data ?? {};
  const open = pages.filter(({ needs }) => permissions.includes(needs));
  const several = (mine.data?.length ?? 0) > 1;
  if (open.length < 2 && !several) return null;
  return (
    <div className="console-nav">
      <nav className="subnav" aria-label="Organisation">
        {open.map(({ href, name }) => (
          <Link key={href} href={href} aria-current={here === href ? "page" : undefined}>
            {name}
          </Link>
        ))}
      </nav>
      {several && (
        <select
          className="input compact"
          aria-label="Organisation"
          value={organisationId}
          onChange={(event) => enter.mutate({ organisationId: event.target.value })}
        >
          {mine.data?.map(({ id, name }) => (
            <option key={id} value={id}>
              {name}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
