import { createRequire } from "node:module";

/**
 * The RTMP hub's process: node-media-server on the loopback. The compositor publishes once, one copy process per
 * destination plays. It lives in a process of its own because it ends its process when its port is taken, keeps its
 * configuration in module state, and has no back-pressure: its trouble must not reach the playlists.
 *
 * Arguments: port, folder for its store.
 */

type HubConfig = {
  bind: string;
  rtmp: { port: number };
  record: { auto: boolean };
  store: { path: string };
};
type Hub = { run(): Promise<void>; stop(): Promise<void> };

// CommonJS without types. Its logger writes stream names to stdout, which our parent throws away.
const load = createRequire(import.meta.url);
const NodeMediaServer = load("node-media-server") as new (config: HubConfig) => Hub;

const [, , port, storePath] = process.argv;
const hub = new NodeMediaServer({
  bind: "127.0.0.1",
  rtmp: { port: Number(port) },
  record: { auto: false },
  store: { path: storePath ?? "" },
});

const stop = (): void => {
  void hub.stop().finally(() => process.exit(0));
};
process.on("disconnect", stop);
process.on("SIGINT", () => {});
await hub.run();
process.send?.("ready");
