import { type ChildProcess, spawn } from "node:child_process";
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";

/** RTP streams of a synthetic panelist: SSRC and payload type as they will be announced. */
export const streams = {
  video: { ssrc: 0x22220001, payloadType: 102 },
  audio: { ssrc: 0x22220002, payloadType: 111 },
} as const;

/** A person speaks for `turnSeconds` out of `turnSeconds * people`, each in their own turn. */
export type Script = { name: string; hue: number; toneHz: number; turn: number; turns: number };
const turnSeconds = 8;

/** Whether the person speaks at a time of their own stream, seconds. */
export const speaksAt = (script: Script, seconds: number): boolean =>
  Math.floor(seconds / turnSeconds) % script.turns === script.turn % script.turns;

type Handlers = { onVideo: (packet: Buffer) => void; onAudio: (packet: Buffer) => void };

/**
 * ffmpeg as a camera and a microphone: a moving test picture with the wall clock burnt in, and a tone in syllables.
 * H.264 constrained baseline with parameter sets in band (a receiver may join at any key frame), Opus in 20 ms packets.
 */
export class RtpSource {
  readonly #sockets: Socket[];
  readonly #child: ChildProcess;
  readonly ended: Promise<void>;

  private constructor(sockets: Socket[], child: ChildProcess) {
    this.#sockets = sockets;
    this.#child = child;
    this.ended = once(child, "exit").then(() => undefined);
  }

  static async start(script: Script, handlers: Handlers): Promise<RtpSource> {
    const video = await listen(handlers.onVideo, streams.video.payloadType);
    const audio = await listen(handlers.onAudio, streams.audio.payloadType);
    const child = spawn(
      "ffmpeg",
      ffmpegArguments(script, { video: video.address().port, audio: audio.address().port }),
      {
        stdio: ["ignore", "ignore", "inherit"],
      },
    );
    return new RtpSource([video, audio], child);
  }

  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 2000);
    await this.ended;
    clearTimeout(timer);
    for (const socket of this.#sockets) socket.close();
  }
}

/** A UDP port for one stream; ffmpeg's RTCP, on the same port, is told apart by its payload type (RFC 5761 §4). */
async function listen(onPacket: (packet: Buffer) => void, payloadType: number): Promise<Socket> {
  const socket = createSocket("udp4");
  socket.on("message", (packet) => {
    if (packet.length > 12 && ((packet[1] ?? 0) & 0x7f) === payloadType) onPacket(packet);
  });
  socket.bind(0, "127.0.0.1");
  await once(socket, "listening");
  return socket;
}

const font = "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf";

/** Text for drawtext, which gives `:`, `'`, `%` and `\` a meaning of their own. */
const plain = (text: string): string => text.replace(/[^\p{L}\p{N} .-]/gu, "");

function ffmpegArguments(script: Script, ports: { video: number; audio: number }): string[] {
  const label = (text: string, y: string, size: number) =>
    `drawtext=fontfile=${font}:text='${text}':fontcolor=white:fontsize=${size}:x=(w-text_w)/2:y=${y}:box=1:boxcolor=black@0.4:boxborderw=10`;
  const picture = [
    `hue=h=${script.hue}:s=0.7`,
    label(plain(script.name), "h*0.3", 44),
    label("%{localtime\\:%T}.%{eif\\:1000*mod(t\\,1)\\:d\\:3}", "h*0.55", 40),
    "format=yuv420p",
  ].join(",");
  // Syllables: a tone whose loudness swings four times a second, in this person's turns only.
  const turn = `eq(mod(floor(t/${turnSeconds}),${script.turns}),${script.turn % script.turns})`;
  const voice = `0.3*${turn}*pow(abs(sin(2*PI*2*t)),2)*(sin(2*PI*${script.toneHz}*t)+0.4*sin(2*PI*${script.toneHz * 2}*t))`;
  const { video, audio } = streams;
  return [
    ..."-nostdin -hide_banner -loglevel error".split(" "),
    ...["-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30"],
    ...["-re", "-f", "lavfi", "-i", `aevalsrc=exprs='${voice}':sample_rate=48000`],
    ...[
      "-map",
      "0:v",
      "-vf",
      picture,
      "-c:v",
      "libx264",
      "-preset",
      "ultrafast",
      "-tune",
      "zerolatency",
      "-profile:v",
      "baseline",
    ],
    ...[
      "-b:v",
      "700k",
      "-maxrate",
      "900k",
      "-bufsize",
      "700k",
      // Nobody can ask ffmpeg for a key frame, as receivers ask a browser: there is one every half second.
      "-g",
      "15",
      "-x264-params",
      "repeat-headers=1:slices=1",
    ],
    ...["-ssrc", String(video.ssrc), "-payload_type", String(video.payloadType)],
    ...["-f", "rtp", `rtp://127.0.0.1:${ports.video}?pkt_size=1200`],
    ...[
      "-map",
      "1:a",
      "-c:a",
      "libopus",
      "-b:a",
      "48k",
      "-ac",
      "2",
      "-application",
      "voip",
      "-frame_duration",
      "20",
    ],
    ...["-ssrc", String(audio.ssrc), "-payload_type", String(audio.payloadType)],
    ...["-f", "rtp", `rtp://127.0.0.1:${ports.audio}?pkt_size=1200`],
  ];
}
