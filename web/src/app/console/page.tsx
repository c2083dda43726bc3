import type { Metadata } from "next";
import { AccountMenu } from "../../features/account/account-menu.tsx";
import { WebinarList } from "../../features/console/webinar-list.tsx";
import { TopBar } from "../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Your webinars" };

export default function ConsolePage() {
  return (
    <>
      <TopBar home="/console">
        <AccountMenu />
      </TopBar>
      <main className="shell page">
        <WebinarList />
      </main>
    </>
  );
}
