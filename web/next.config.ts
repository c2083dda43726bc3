import path from "node:path";
import type { NextConfig } from "next";

const root = path.join(import.meta.dirname, "..");

/**
 * Sockets and HLS live on other origins (edges, origin, egress), whose addresses are known only at run time: connect-src
 * and media-src therefore allow any host over ws and http; everything else stays with this origin.
 */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob: http: https:",
  "connect-src 'self' ws: wss: http: https:",
  "worker-src 'self' blob:",
  "font-src 'self'",
  "object-src 'none'",
  "base-uri 'self'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const headers = [
  { key: "content-security-policy", value: contentSecurityPolicy },
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
