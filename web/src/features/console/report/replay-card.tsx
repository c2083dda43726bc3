import { clockText as secondsText } from "../../../live/hls-rules.ts";
import { AreaChart } from "../../../ui/charts/area-chart.tsx";
import { percent, whole } from "./format.ts";
import type { Report } from "./report.ts";

/** Who watched the recording: a cohort of its own, not among those who came. */
export function ReplayCard({ replay }: Report) {
  if (!replay) return null;
  const { viewers, visits, watchedMs, missedLive, curve, lengthMs } = replay;
  const last = curve.length - 1;
  const nameOf = (at: number) => secondsText((lengthMs * at) / curve.length / 1000);
  return (
    <section className="card stack" aria-labelledby="replay-report">
      <div className="card-head">
        <h2 id="replay-report">Replay</h2>
        <span className="dim small number">{viewers === 1 ? "1 viewer" : `${whole(viewers)} viewers`}</span>
      </div>
      {viewers === 0 ? (
        <p className="dim">Nobody has watched the recording yet.</p>
      ) : (
        <>
          <p className="number">
            {visits === 1 ? "1 visit" : `${whole(visits)} visits`} · {secondsText(watchedMs / viewers / 1000)}{" "}
            of {secondsText(lengthMs / 1000)} watched on average ({percent(watchedMs / viewers, lengthMs)}) ·{" "}
            {whole(missedLive)} had missed it live
          </p>
          <AreaChart
            label={`How many viewers saw each part of the recording: at most ${Math.max(...curve)}`}
            values={curve}
            nameOf={nameOf}
            marks={[0, Math.round(last / 2), last]}
            unit="viewers"
          />
        </>
      )}
    </section>
  );
}
