import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { Providers } from "../client/providers.tsx";
import { pageLanguage } from "../server/page-language.ts";
import { textsFor } from "../texts/index.ts";
import { Localised } from "./localised.tsx";
import "./tokens.css";
import "./globals.css";
import "./patterns.css";
import "./report.css";
import "./room.css";
import "./player.css";
import "./console.css";
import "./replay.css";
import "./public-page.css";
import "./check.css";

export async function generateMetadata(): Promise<Metadata> {
  const { locale } = await pageLanguage();
  return {
    title: { default: "Rostrum", template: "%s · Rostrum" },
    description: textsFor(locale).site.titles.description,
  };
}
export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [{ media: "(prefers-color-scheme: dark)", color: "#0f1115" }, { color: "#f6f7f9" }],
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const { locale } = await pageLanguage();
  return (
    <html lang={locale}>
      <body>
        <Providers>
          <Localised>{children}</Localised>
        </Providers>
      </body>
    </html>
  );
}
