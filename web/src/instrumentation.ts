/** Next calls this once, when the server starts. */
export async function register(): Promise<void> {
  const { subscribe } = await import("node:diagnostics_channel");
  const { webConfig } = await import("./config.ts");
  const { nameCaller } = await import("./server/client-address.ts");
  const { TRUSTED_PROXIES } = webConfig();
  subscribe("http.server.request.start", (message) =>
    nameCaller(message as Parameters<typeof nameCaller>[0], TRUSTED_PROXIES),
  );
}
