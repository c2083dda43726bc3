import type { Metadata } from "next";
import { SignInForm } from "../../features/account/sign-in-form.tsx";
import { Notice } from "../../ui/notice.tsx";
import { TopBar } from "../../ui/top-bar.tsx";

export const metadata: Metadata = { title: "Sign in" };
type Search = { searchParams: Promise<{ next?: string; fault?: string }> };

export default async function SignInPage({ searchParams }: Search) {
  const { next, fault } = await searchParams;
  return (
    <>
      <TopBar />
      <main className="narrow page stack">
        {fault && <Notice kind="warn">This link has been used or is too old. Ask for a new one.</Notice>}
        <div className="card">
          <SignInForm {...(next ? { next } : {})} />
        </div>
      </main>
    </>
  );
}
