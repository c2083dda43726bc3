import type { Metadata } from "next";
import { MyRegistration } from "../../../features/register/my-registration.tsx";
import { TopBar } from "../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Your registration", robots: { index: false } };
type Params = { params: Promise<{ token: string }> };

export default async function MyRegistrationPage({ params }: Params) {
  const { token } = await params;
  return (
    <>
      <TopBar />
      <main className="shell page" style={{ maxWidth: 680 }}>
        <MyRegistration token={token} />
      </main>
    </>
  );
}
