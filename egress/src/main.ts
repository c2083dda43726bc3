import { runService } from "@rostrum/platform";
import { readConfig } from "./config.ts";
import { startEgress } from "./service.ts";

const config = readConfig();

await runService(
  {
    service: "egress",
    nodeId: config.NODE_ID,
    logLevel: config.LOG_LEVEL,
    http: { host: config.HTTP_HOST, port: config.HTTP_PORT },
    drainMs: 4000,
  },
  (context) => startEgress(config, context),
);
