import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import { Providers } from "../client/providers.tsx";
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

export const metadata: Metadata = {
  title: { default: "Rostrum", template: "%s · Rostrum" },
  description: "Webinars and live broadcasts on your own servers.",
};
export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  themeColor: [{ media: "(prefers-color-scheme: dark)", color: "#0f1115" }, { color: "#f6f7f9" }],
};

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Providers>{children}</Providers>
      </body>
    </html>
  );
}
