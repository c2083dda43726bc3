import type { Metadata } from "next";
import { AccountMenu } from "../../../../features/account/account-menu.tsx";
import { ReplaySettingsPage } from "../../../../features/console/replay/replay-settings-page.tsx";
import { TopBar } from "../../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Replay" };
type Params = { params: Promise<{ webinarId: string }> };

export default async function WebinarReplayPage({ params }: Params) {
  const { webinarId } = await params;
  return (
    <>
      <TopBar home="/console">
        <AccountMenu />
      </TopBar>
      <main className="shell page">
        <ReplaySettingsPage webinarId={webinarId} />
      </main>
    </>
  );
}
