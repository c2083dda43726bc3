"use client";
import { Locale } from "@rostrum/protocol";
import { useMutation } from "@tanstack/react-query";
import { Languages } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTransition } from "react";
import { useLanguage } from "../client/language.tsx";
import { useTRPC } from "../client/providers.tsx";
import { languageNames } from "../texts/names.ts";

const yearSeconds = 365 * 24 * 3600;

/** Another language for this browser, kept for all pages, and for the account of somebody signed in. Nothing where there is but one. */
export function LanguageChoice() {
  const { locale, choice, texts } = useLanguage();
  const router = useRouter();
  const keep = useMutation(useTRPC().auth.chooseLocale.mutationOptions());
  const [changing, startTransition] = useTransition();
  if (!choice) return null;
  const choose = (value: string) => {
    const next = Locale.parse(value);
    const secure = window.location.protocol === "https:" ? "; Secure" : "";
    // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser that can join.
    document.cookie = `rostrum-language=${next}; Path=/; Max-Age=${yearSeconds}; SameSite=Lax${secure}`;
    startTransition(async () => {
      // Without it the choice is this browser's alone.
      await keep.mutateAsync({ locale: next }).catch(() => undefined);
      startTransition(() => router.refresh());
    });
  };
  return (
    <label className="language-choice" title={texts.site.language}>
      <Languages size={18} aria-hidden="true" />
      <select
        aria-label={texts.site.language}
        value={locale}
        aria-busy={changing}
        onChange={(event) => choose(event.target.value)}
      >
        {Locale.options.map((option) => (
          <option key={option} value={option} lang={option}>
            {languageNames[option]}
          </option>
        ))}
      </select>
    </label>
  );
}
