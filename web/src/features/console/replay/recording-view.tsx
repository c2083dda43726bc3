"use client";
import { Download } from "lucide-react";
import { clockText } from "../../../live/hls-rules.ts";
import { Notice } from "../../../ui/notice.tsx";
import type { ReplaySettings } from "../../replay/replay.ts";
import { longDate } from "./keeping-card.tsx";

const steps = {
  recording: "Putting the file together",
  storyboard: "Cutting thumbnails",
  tracks: "Finishing the separate tracks",
  copy: "Copying to the archive",
} as const;

type Props = { settings: ReplaySettings; setVideo: (video: HTMLVideoElement | null) => void };

/** The recording to look at, and how far its making is. */
export function RecordingView({ settings, setVideo }: Props) {
  const { recording, keeping, finishing, phase, wasLive, failed } = settings;
  return (
    <section className="card stack" aria-labelledby="recording">
      <h2 id="recording">Recording</h2>
      {recording ? (
        <>
          <video
            ref={setVideo}
            controls
            preload="metadata"
            src={recording.url}
            style={{ width: "100%", borderRadius: 10, background: "#000" }}
          >
            <track kind="captions" />
          </video>
          <div className="row between">
            <span className="dim number">
              {clockText(recording.durationMs / 1000)} · {(recording.bytes / 1e6).toFixed(1)} MB
            </span>
            <a className="button small" href={recording.url} download>
              <Download size={16} aria-hidden="true" />
              Download MP4
            </a>
          </div>
        </>
      ) : failed ? (
        <Notice kind="bad">The recording could not be finished. Its parts are kept on the server.</Notice>
      ) : (
        !finishing && (
          <p className="dim" role="status">
            {keeping.deletedAt !== null
              ? `The recording was deleted on ${longDate(keeping.deletedAt)}. The report is as it was.`
              : phase === "ended" && !wasLive
                ? "This webinar did not take place: there is no recording."
                : phase === "ended"
                  ? "The recording is being finished. It appears here by itself."
                  : phase === "live"
                    ? "The webinar is being recorded."
                    : "The recording appears here after the webinar."}
          </p>
        )
      )}
      {finishing && (
        <div className="stack-small" role="status">
          <div className="row between small">
            <span>{steps[finishing.step]}</span>
            <span className="number dim">{Math.round(finishing.progress * 100)} %</span>
          </div>
          <div className="bar" aria-hidden="true">
            <span style={{ width: `${Math.round(finishing.progress * 100)}%` }} />
          </div>
        </div>
      )}
    </section>
  );
}
