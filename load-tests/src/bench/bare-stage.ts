import { BareRouter, LoadPanelist, type Swarm } from "./audience-children.ts";

/** A bare media worker with a panelist of its own, for as long as `use` takes. */
export async function withBareStage<T>(
  use: (bare: { url: string; workerPid: number }) => Promise<T>,
): Promise<T> {
  const bare = new BareRouter();
  let panelist: LoadPanelist | undefined;
  try {
    const stage = await bare.ready;
    panelist = new LoadPanelist(["--stage", stage.url]);
    await panelist.ready;
    return await use(stage);
  } finally {
    panelist?.stop();
    bare.stop();
  }
}

/**
 * Compile a generator's code before it measures: its receivers come and go at a bare worker first. The product has no
 * part in it, and has to warm itself.
 */
export const warmGenerator = (crowd: Swarm): Promise<void> =>
  withBareStage(async ({ url }) => {
    const links = Array.from({ length: 600 }, (_, i) => `warm ${i}`);
    await crowd.tell({ do: "join", links, overMs: 4000, group: "warm", direct: url });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await crowd.tell({ do: "leave", group: "warm" });
  });
