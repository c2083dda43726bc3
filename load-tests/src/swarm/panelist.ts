/**
 * A panelist for load: `node load-tests/src/swarm/panelist.ts --web URL --link PERSONAL-LINK`, or `--stage URL` for a
 * node that asks for no token. Sends a small H.264 picture and Opus from a prepared clip, answers every key frame request at its next frame, and prints a JSON
 * line for `ready` and for each request: {"event":"key-frame-request","atMs":...,"count":...}.
 */
import { parseArgs } from "node:util";
import { withAudioLevel } from "../panelist/audio-level.ts";
import { publish } from "../panelist/publish.ts";
import { streams } from "../panelist/rtp-source.ts";
import { admitAs, RawSocket } from "../wire/api.ts";
import { type Clip, makeClip, opusMs } from "./clip.ts";
import { h264Payloads, RtpWriter } from "./packetizer.ts";
import { isRtcp, keyFrameRequestsIn } from "./rtp.ts";

const { values } = parseArgs({
  options: {
    web: { type: "string" },
    link: { type: "string" },
    stage: { type: "string" },
    width: { type: "string", default: "320" },
    height: { type: "string", default: "180" },
    fps: { type: "string", default: "15" },
    seconds: { type: "string", default: "10" },
    quantizer: { type: "string", default: "38" },
  },
});
const say = (line: Record<string, unknown>): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

/** The clip as two endless streams of RTP; `keyFrame` makes the next frame an IDR. */
class Player {
  readonly #clip: Clip;
  readonly #video = new RtpWriter({ ...streams.video, firstSequence: 1000 });
  readonly #audio = new RtpWriter({ ...streams.audio, firstSequence: 5000 });
  #keyAt = 0;
  #frame = 0;
  #packet = 0;
  #keyWanted = false;
  keyFrames = 0;

  constructor(clip: Clip) {
    this.#clip = clip;
  }

  keyFrame(): void {
    this.#keyWanted = true;
  }

  nextVideo(): Buffer[] {
    const index = this.#frame % this.#clip.length;
    if (this.#keyWanted || index === 0) this.#keyAt = index;
    if (this.#keyAt === index) this.keyFrames++;
    this.#keyWanted = false;
    const timestamp = Math.round((this.#frame * 90_000) / this.#clip.fps);
    const payloads = h264Payloads(this.#clip.frame(this.#keyAt, index));
    this.#frame++;
    return payloads.map((payload, i) => this.#video.write(payload, timestamp, i === payloads.length - 1));
  }

  nextAudio(): Buffer {
    const payload = this.#clip.audio[this.#packet % this.#clip.audio.length] ?? Buffer.alloc(1);
    const packet = this.#audio.write(payload, this.#packet * opusMs * 48, false);
    this.#packet++;
    return withAudioLevel(packet, { dBov: -20, voice: true });
  }
}

/** Call `tick` every `everyMs` on the average, whatever single timers do; after a stall nothing is made up for. */
function metronome(everyMs: number, tick: () => void): void {
  let due = performance.now() + everyMs;
  const next = (): void => {
    tick();
    due += everyMs;
    const now = performance.now();
    if (due < now - 200) due = now;
    setTimeout(next, Math.max(0, due - now));
  };
  setTimeout(next, everyMs);
}

async function stageAccess(): Promise<{ url: string; token: string }> {
  if (values.stage) return { url: values.stage, token: "none" };
  if (!values.web || !values.link) throw new Error("usage: panelist --web URL --link LINK | --stage URL");
  const { stage } = await admitAs(values.web, values.link);
  if (!stage) throw new Error("this link does not lead to the stage");
  return stage;
}

const [width, height, fps, seconds, quantizer] = (
  ["width", "height", "fps", "seconds", "quantizer"] as const
).map((name) => Number(values[name])) as [number, number, number, number, number];
const player = new Player(await makeClip({ width, height, fps, seconds, quantizer }));
const stage = await stageAccess();
const socket = await RawSocket.open(stage.url);
const publication = await publish(socket, stage.token);
let requests = 0;
publication.video.onMessage((packet) => {
  const asked = isRtcp(packet) ? keyFrameRequestsIn(packet) : 0;
  if (asked === 0) return;
  requests += asked;
  player.keyFrame();
  say({
    event: "key-frame-request",
    atMs: Math.round(performance.timeOrigin + performance.now()),
    count: requests,
  });
});
metronome(1000 / fps, () => {
  for (const packet of player.nextVideo()) publication.video.sendMessageBinary(packet);
});
metronome(opusMs, () => publication.audio.sendMessageBinary(player.nextAudio()));
say({ event: "ready" });
// Started by a bench, and the bench is gone.
if (!process.stdin.isTTY) process.stdin.on("end", () => process.exit(0)).resume();
for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => process.exit(0));
const reason = await publication.ended;
say({ event: "ended", reason, keyFrames: player.keyFrames });
process.exit(1);
