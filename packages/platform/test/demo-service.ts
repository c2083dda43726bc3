/** A service of nothing, run as a process by service.real.test.ts. MODE says how it misbehaves. */
import { z } from "zod";
import { loadServiceConfig, runService, secret, sleep } from "../src/index.ts";

const config = loadServiceConfig(
  z.object({
    NODE_ID: z.string().min(1).describe("Name of this node"),
    HTTP_PORT: z.coerce.number().int().min(1).max(65535).describe("Port"),
    SESAME: secret(z.string().min(8)).optional().describe("A secret"),
    MODE: z.string().default(""),
  }),
  process.env,
  "demo",
);
await runService(
  {
    service: "demo",
    nodeId: config.NODE_ID,
    logLevel: "info",
    http: { host: "127.0.0.1", port: config.HTTP_PORT },
  },
  async ({ scope, log, http }) => {
    if (config.MODE === "no start") throw new Error("cannot start");
    scope.add("farewell", (reason) => log.info({ reason }, "farewell"));
    http.route("POST", "/throw", () => {
      setTimeout(() => {
        throw new Error("nobody caught this");
      }, 0);
    });
    http.route("POST", "/reject", () => {
      void Promise.reject(new Error("nobody awaited this"));
    });
    const startedAt = Date.now();
    return {
      faults: () => (Date.now() - startedAt < 300 ? ["warming up"] : []),
      drain: async () => {
        log.info("draining");
        await sleep(100);
        if (config.MODE === "bad drain") throw new Error("drain broke");
      },
    };
  },
);
