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

/** Send packets to whichever publication is up; the stream's own clock goes on between two. */
async function play(script: Script, publication: () => Publication | undefined): Promise<RtpSource> {
  return RtpSource.start(script, {
    onVideo: (packet) => {
      const track = publication()?.video;
      if (track?.isOpen()) track.sendMessageBinary(packet);
    },
    onAudio: (packet) => {
      const track = publication()?.audio;
      if (!track?.isOpen()) return;
      const speaks = speaksAt(script, performance.now() / 1000);
      track.sendMessageBinary(withAudioLevel(packet, { dBov: speaks ? -18 : -127, voice: speaks }));
    },
  });
}

async function attend(link: string, index: number): Promise<void> {
  const { name } = await admitAs(web as string, link);
  const script = { name, hue: index * 140, toneHz: 160 + index * 90, turn: index, turns: links.length };
  let publication: Publication | undefined;
  const source = await play(script, () => publication);
  stops.add(() => source.stop());
  // The origin that was lost is passed over once: a dead one is still in the books for a moment.
  let lost: string[] = [];
  for (let attempt = 0; !stopping; attempt++) {
    try {
      const { stage } = await admitAs(web as string, link, "hls", lost);
      if (!stage) throw new Error("this link does not lead to the stage");
      lost = lost.length === 0 ? [stage.nodeId] : [];
      const socket = await RawSocket.open(stage.url);
      publication = await publish(socket, stage.token);
      process.stdout.write(`${name} is on stage\n`);
      attempt = 0;
      const reason = await publication.ended;
      lost = [stage.nodeId];
      publication.close();
      socket.close();
      process.stdout.write(`${name} left the stage: ${reason}\n`);
      if (reason.includes("4005")) return;
    } catch (error) {
      process.stderr.write(`${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
    publication = undefined;
    if (!stopping)
      await new Promise((resolve) => setTimeout(resolve, 250 + backoffMs(attempt, Math.random())));
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
