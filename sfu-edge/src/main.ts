import { runService } from "@rostrum/platform";
import { loadEdgeConfig } from "./config.ts";
import { drainWithinMs } from "./drain.ts";
import { startEdge } from "./edge.ts";

const config = loadEdgeConfig();
await runService(
  {
    service: "sfu-edge",
    nodeId: config.NODE_ID,
    drainMs: drainWithinMs,
    logLevel: config.LOG_LEVEL,
    http: { host: config.HTTP_HOST, port: config.HTTP_PORT },
  },
  (context) => startEdge(config, context),
);
