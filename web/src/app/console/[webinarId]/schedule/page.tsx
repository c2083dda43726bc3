import type { Metadata } from "next";
import { AccountMenu } from "../../../../features/account/account-menu.tsx";
import { SchedulePage } from "../../../../features/console/schedule/schedule-page.tsx";
import { TopBar } from "../../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Date and mails" };
type Params = { params: Promise<{ webinarId: string }> };

export default async function WebinarSchedulePage({ params }: Params) {
  const { webinarId } = await params;
  return (
    <>
      <TopBar home="/console">
        <AccountMenu />
      </TopBar>
      <main className="shell page">
        <SchedulePage webinarId={webinarId} />
      </main>
    </>
  );
}
