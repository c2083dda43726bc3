import { runService } from "@rostrum/platform";
import { loadOriginConfig } from "./config.ts";
import { handOverMs, startOrigin } from "./origin.ts";

const config = loadOriginConfig();
await runService(
  {
    service: "origin",
    nodeId: config.NODE_ID,
    drainMs: handOverMs + 1000,
    logLevel: config.LOG_LEVEL,
    http: { host: config.HTTP_HOST, port: config.HTTP_PORT },
  },
  (context) => startOrigin(config, context),
);
