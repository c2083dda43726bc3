import type { Metadata } from "next";
import { AccountMenu } from "../../../features/account/account-menu.tsx";
import { ScheduleForm } from "../../../features/console/schedule-form.tsx";
import { TopBar } from "../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Schedule a webinar" };

export default function NewWebinarPage() {
  return (
    <>
      <TopBar home="/console">
        <AccountMenu />
      </TopBar>
      <main className="shell page stack-large" style={{ maxWidth: 680 }}>
        <h1>Schedule a webinar</h1>
        <ScheduleForm />
      </main>
    </>
  );
}
