/** Prints the configuration of web as it understands its environment: `--print-config` for a Next.js server. */
import { loadServiceConfig } from "../../packages/platform/src/index.ts";
import { WebConfig } from "../../web/src/config.ts";

loadServiceConfig(WebConfig, process.env, "web");
