/**
 * Synthetic panelists: `node load-tests/src/panelist/main.ts --web URL --link URL [--link URL ...]`. Each personal link
 * becomes somebody on stage who sends real media, in turns, until SIGTERM. A lost connection is made again.
 */
import { parseArgs } from "node:util";
import { backoffMs } from "@rostrum/rules";
import { admitAs, RawSocket } from "../wire/api.ts";
import { withAudioLevel } from "./audio-level.ts";
import { type Publication, publish } from "./publish.ts";
import { RtpSource, type Script, speaksAt } from "./rtp-source.ts";

const { values } = parseArgs({
  options: { web: { type: "string" }, link: { type: "string", multiple: true } },
});
const { web, link: links = [] } = values;
if (!web || links.length === 0) {
  process.stderr.write("usage: panelist --web URL --link PERSONAL-LINK [--link ...]\n");
  process.exit(64); // EX_USAGE
}

let stopping = false;
const stops = new Set<() => Promise<void>>();

/** A stage that moves is sent to both origins for this long, ms, as the product's own page does. */
const overlapMs = 2500;
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Send packets to whichever publications are up; the stream's own clock goes on between two. */
function play(script: Script, publications: ReadonlySet<Publication>): Promise<RtpSource> {
  return RtpSource.start(script, {
    onVideo: (packet) => {
      for (const { video } of publications) if (video.isOpen()) video.sendMessageBinary(packet);
    },
    onAudio: (packet) => {
      const speaks = speaksAt(script, performance.now() / 1000);
      const levelled = withAudioLevel(packet, { dBov: speaks ? -18 : -127, voice: speaks });
      for (const { audio } of publications) if (audio.isOpen()) audio.sendMessageBinary(levelled);
    },
  });
}

type Place = { nodeId: string; publication: Publication };

type StageDoor = NonNullable<Awaited<ReturnType<typeof admitAs>>["stage"]>;

/** The origin that has the stage, or will have it. */
async function doorOf(link: string, excluded: string[]): Promise<StageDoor> {
  const { stage } = await admitAs(web as string, link, "hls", { excludeEdges: excluded });
  if (!stage) throw new Error("this link does not lead to the stage");
  return stage;
}

async function enter(stage: StageDoor): Promise<Place> {
  const socket = await RawSocket.open(stage.url);
  return { nodeId: stage.nodeId, publication: await publish(socket, stage.token) };
}

/** Stay at an origin and at those that follow it; answers why the last one ended. */
async function stay(name: string, link: string, first: Place, publications: Set<Publication>) {
  for (let place = first; ; ) {
    const { nodeId, publication } = place;
    publications.add(publication);
    const told = await Promise.race([publication.moving, publication.ended]);
    const following = told === "moving" ? doorOf(link, [nodeId]).then(enter) : undefined;
    const next = await following?.catch(() => undefined);
    if (next) {
      process.stdout.write(`${name} moves to ${next.nodeId}\n`);
      publications.add(next.publication);
      await Promise.race([sleep(overlapMs), publication.ended]);
    }
    const reason = next ? "" : await publication.ended;
    publications.delete(publication);
    publication.close();
    if (!next) return { reason, nodeId };
    place = next;
  }
}

async function attend(link: string, index: number): Promise<void> {
  const { name } = await admitAs(web as string, link);
  const script = { name, hue: index * 140, toneHz: 160 + index * 90, turn: index, turns: links.length };
  const publications = new Set<Publication>();
  const source = await play(script, publications);
  stops.add(() => source.stop());
  // The origin that was lost is passed over once: a dead one is still in the books for a moment.
  let lost: string[] = [];
  for (let attempt = 0; !stopping; attempt++) {
    try {
      const stage = await doorOf(link, lost);
      lost = lost.length === 0 ? [stage.nodeId] : [];
      const place = await enter(stage);
      process.stdout.write(`${name} is on stage\n`);
      attempt = 0;
      const { reason, nodeId } = await stay(name, link, place, publications);
      lost = [nodeId];
      process.stdout.write(`${name} left the stage: ${reason}\n`);
      if (reason.includes("4005")) return;
    } catch (error) {
      process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
    if (!stopping) await sleep(250 + backoffMs(attempt, Math.random()));
  }
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.on(signal, () => {
    stopping = true;
    void Promise.all([...stops].map((stop) => stop())).then(() => process.exit(0));
  });
}
await Promise.all(links.map(attend));
await Promise.all([...stops].map((stop) => stop()));
process.exit(0);
