import type { Metadata } from "next";
import { AccountMenu } from "../../../features/account/account-menu.tsx";
import { AuditLog } from "../../../features/console/privacy/audit-log.tsx";
import { TopBar } from "../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Audit log" };

export default function Page() {
  return (
    <>
      <TopBar home="/console">
        <AccountMenu />
      </TopBar>
      <main className="shell page">
        <AuditLog />
      </main>
    </>
  );
}
