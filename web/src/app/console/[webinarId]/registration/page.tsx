import type { Metadata } from "next";
import { AccountMenu } from "../../../../features/account/account-menu.tsx";
import { RegistrationSettings } from "../../../../features/console/registration/registration-settings.tsx";
import { TopBar } from "../../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Registration" };
type Params = { params: Promise<{ webinarId: string }> };

export default async function RegistrationSettingsPage({ params }: Params) {
  const { webinarId } = await params;
  return (
    <>
      <TopBar home="/console">
        <AccountMenu />
      </TopBar>
      <main className="shell page">
        <RegistrationSettings webinarId={webinarId} />
      </main>
    </>
  );
}
