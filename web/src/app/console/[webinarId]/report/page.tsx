import type { Metadata } from "next";
import { AccountMenu } from "../../../../features/account/account-menu.tsx";
import { ReportPage } from "../../../../features/console/report/report-page.tsx";
import { TopBar } from "../../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Report" };
type Params = { params: Promise<{ webinarId: string }> };

export default async function WebinarReportPage({ params }: Params) {
  const { webinarId } = await params;
  return (
    <>
      <TopBar home="/console">
        <AccountMenu />
      </TopBar>
      <main className="shell page">
        <ReportPage webinarId={webinarId} />
      </main>
    </>
  );
}
