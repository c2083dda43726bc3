import path from "node:path";
import type { NextConfig } from "next";

const root = path.join(import.meta.dirname, "..");

/** The Content-Security-Policy is set by `src/main.ts`: it differs by page (`src/server/page-policy.ts`). */
const headers = [
  // Personal links must not leak to other sites; "no-referrer" would also turn a form's Origin into "null".
  { key: "referrer-policy", value: "same-origin" },
  { key: "x-content-type-options", value: "nosniff" },
  { key: "cross-origin-opener-policy", value: "same-origin" },
  {
    key: "permissions-policy",
    value: "camera=(self), microphone=(self), display-capture=(self), geolocation=()",
  },
];

const config: NextConfig = {
  poweredByHeader: false,
  reactStrictMode: true,
  transpilePackages: ["@rostrum/db", "@rostrum/platform", "@rostrum/protocol", "@rostrum/rules"],
  serverExternalPackages: ["sharp", "pino", "ioredis", "postgres", "nodemailer", "ws", "prom-client"],
  outputFileTracingRoot: root,
  turbopack: { root },
  images: { unoptimized: true },
  headers: () => Promise.resolve([{ source: "/:path*", headers }]),
};

export default config;
