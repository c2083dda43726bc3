import type { Metadata } from "next";
import { AccountMenu } from "../../../features/account/account-menu.tsx";
import { WebinarOverview } from "../../../features/console/webinar-overview.tsx";
import { TopBar } from "../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Webinar" };
type Params = { params: Promise<{ webinarId: string }> };

export default async function WebinarPage({ params }: Params) {
  const { webinarId } = await params;
  return (
    <>
      <TopBar home="/console">
        <AccountMenu />
      </TopBar>
      <main className="shell page">
        <WebinarOverview webinarId={webinarId} />
      </main>
    </>
  );
}
