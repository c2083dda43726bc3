import type { Metadata } from "next";
import { AccountMenu } from "../../../features/account/account-menu.tsx";
import { IntegrationsPage } from "../../../features/console/integrations/integrations-page.tsx";
import { TopBar } from "../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Integrations" };

export default function IntegrationsConsolePage() {
  return (
    <>
      <TopBar home="/console">
        <AccountMenu />
      </TopBar>
      <main className="shell page">
        <IntegrationsPage />
      </main>
    </>
  );
}
