import { findRecordingEver, findReplay, streamReplayViewers } from "@rostrum/db";
import { replayRange } from "@rostrum/rules";
import { instant, minutes, type Rows } from "./cells.ts";
import type { Source } from "./people.ts";

/** One row per person who watched the replay: a cohort of its own, apart from who came while it was live. */
export async function* replayViewers({ db, webinar }: Source): Rows {
  yield [
    "first_watched_at",
    "last_watched_at",
    "name",
    "email",
    "minutes_watched",
    "percent_watched",
    "furthest_minute",
    "visits",
    "attended_live",
    "registration_id",
    "viewer_id",
  ];
  const recording = await findRecordingEver(db, webinar.id);
  const replay = await findReplay(db, webinar.id);
  const durationMs = recording?.durationMs ?? 0;
  const { fromMs, toMs } = replay ? replayRange(replay, durationMs) : { fromMs: 0, toMs: durationMs };
  for await (const viewer of streamReplayViewers(db, webinar.id))
    yield [
      instant(viewer.firstAt),
      instant(viewer.lastAt),
      viewer.name,
      viewer.email,
      minutes(viewer.watchedMs),
      toMs > fromMs ? Math.min(100, Math.round((100 * viewer.watchedMs) / (toMs - fromMs))) : 0,
      minutes(Math.max(0, viewer.furthestMs - fromMs)),
      viewer.visits,
      viewer.email === null ? null : viewer.attendedLive ? "yes" : "no",
      viewer.email === null ? null : viewer.id,
      viewer.id,
    ];
}
