import type { Metadata } from "next";
import { AccountMenu } from "../../../features/account/account-menu.tsx";
import { MembersPage } from "../../../features/console/members/members-page.tsx";
import { TopBar } from "../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Members" };

export default function MembersConsolePage() {
  return (
    <>
      <TopBar home="/console">
        <AccountMenu />
      </TopBar>
      <main className="shell page">
        <MembersPage />
      </main>
    </>
  );
}
