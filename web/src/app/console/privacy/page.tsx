import type { Metadata } from "next";
import { AccountMenu } from "../../../features/account/account-menu.tsx";
import { PrivacyPage } from "../../../features/console/privacy/privacy-page.tsx";
import { TopBar } from "../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Privacy" };

export default function Page() {
  return (
    <>
      <TopBar home="/console">
        <AccountMenu />
      </TopBar>
      <main className="shell page">
        <PrivacyPage />
      </main>
    </>
  );
}
