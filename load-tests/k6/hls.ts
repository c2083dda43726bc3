/**
 * Viewers of a broadcast in low latency: the multivariant playlist once, then for each part a blocking reload with a
 * delta, and the part. HLS_URL is the address of the programme's index.m3u8 (the watch page's requests show it); it
 * opens for two minutes at most.
 * A virtual user does one thing at a time; the audience of `./rostrum bench programme` asks for both at once, as hls.js does.
 */
import { check, fail } from "k6";
import http from "k6/http";
import { Trend } from "k6/metrics";

const index = __ENV.HLS_URL || fail("HLS_URL names the programme's index.m3u8");
const folder = String(index).replace(/[^/]*$/, "");

export const options = {
  scenarios: {
    viewers: {
      executor: "ramping-vus",
      startVUs: 0,
      stages: [
        { duration: __ENV.RAMP || "10s", target: Number(__ENV.VIEWERS || 200) },
        { duration: __ENV.DURATION || "30s", target: Number(__ENV.VIEWERS || 200) },
      ],
      gracefulStop: "2s",
    },
  },
  thresholds: {
    checks: ["rate>0.999"],
    // A part takes as long to play.
    hls_part: ["p(95)<333"],
  },
};

const part = new Trend("hls_part", true);
const playlist = new Trend("hls_playlist_held", true);

type Place = { segment: number; part: number };
/** Of this virtual user: where it goes on. */
let next: Place | null = null;

function hinted(body: string): Place {
  const match = /#EXT-X-PRELOAD-HINT:TYPE=PART,URI="part-(\d+)-(\d+)\.m4s"/.exec(body);
  return match
    ? { segment: Number(match[1]), part: Number(match[2]) }
    : fail("the playlist hints at nothing");
}

export default function watch(): void {
  if (!next) {
    const master = http.get(String(index), { tags: { name: "index" } });
    check(master, { "the programme is on air": ({ status }) => status === 200 });
    next = hinted(String(http.get(`${folder}live.m3u8`, { tags: { name: "live" } }).body));
  }
  const wanted = next;
  const query = `_HLS_msn=${wanted.segment}&_HLS_part=${wanted.part}&_HLS_skip=YES`;
  const held = http.get(`${folder}live.m3u8?${query}`, { tags: { name: "reload" } });
  playlist.add(held.timings.duration);
  if (!check(held, { "the reload is answered": ({ status }) => status === 200 })) {
    next = null;
    return;
  }
  next = hinted(String(held.body));
  const media = http.get(`${folder}part-${wanted.segment}-${wanted.part}.m4s`, {
    responseType: "none",
    tags: { name: "part" },
  });
  part.add(media.timings.duration);
  check(media, { "the part is there": ({ status }) => status === 200 });
}
