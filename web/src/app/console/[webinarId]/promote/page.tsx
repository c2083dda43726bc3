import type { Metadata } from "next";
import { AccountMenu } from "../../../../features/account/account-menu.tsx";
import { PromotePage } from "../../../../features/console/promote/promote-page.tsx";
import { TopBar } from "../../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Promote" };
type Params = { params: Promise<{ webinarId: string }> };

export default async function WebinarPromotePage({ params }: Params) {
  const { webinarId } = await params;
  return (
    <>
      <TopBar home="/console">
        <AccountMenu />
      </TopBar>
      <main className="shell page">
        <PromotePage webinarId={webinarId} />
      </main>
    </>
  );
}
