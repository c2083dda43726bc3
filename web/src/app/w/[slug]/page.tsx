import type { Metadata } from "next";
import { RegistrationPage } from "../../../features/register/registration-page.tsx";
import { TopBar } from "../../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Register" };
type Params = { params: Promise<{ slug: string }> };

export default async function RegisterPage({ params }: Params) {
  const { slug } = await params;
  return (
    <>
      <TopBar />
      <main className="shell page">
        <RegistrationPage slug={slug} />
      </main>
    </>
  );
}
