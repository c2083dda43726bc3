import type { Metadata } from "next";
import { AccountMenu } from "../../../../features/account/account-menu.tsx";
import { PageEditor } from "../../../../features/console/page/page-editor.tsx";
import { TopBar } from "../../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Public page" };
type Params = { params: Promise<{ webinarId: string }> };

export default async function WebinarPublicPage({ params }: Params) {
  const { webinarId } = await params;
  return (
    <>
      <TopBar home="/console">
        <AccountMenu />
      </TopBar>
      <main className="shell page">
        <PageEditor webinarId={webinarId} />
      </main>
    </>
  );
}
