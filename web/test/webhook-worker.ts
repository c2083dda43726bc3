/** Delivers webhooks in a process of its own, so that it can be killed in the middle. */
import { webConfig } from "../src/config.ts";
import { createServices } from "../src/server/services.ts";
import { deliverNext } from "../src/server/webhooks/deliver.ts";
import { Networks } from "../src/server/webhooks/networks.ts";

const services = createServices(webConfig(), "test-worker");
const deliverer = {
  services,
  networks: new Networks(services.config.WEBHOOK_ALLOWED_NETWORKS),
  now: () => new Date(),
};
process.stdout.write("ready\n");
await Promise.all(
  [1, 2, 3].map(async () => {
    for (;;) if (!(await deliverNext(deliverer))) await new Promise((resolve) => setTimeout(resolve, 20));
  }),
);
