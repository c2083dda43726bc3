/** The process answers. */
export const GET = (): Response =>
  Response.json({ service: "web", status: "up", uptimeMs: Math.round(process.uptime() * 1000) });

export const dynamic = "force-dynamic";
