"use client";
import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useTRPC } from "../../client/providers.tsx";

const duration = (ms: number): string => {
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
};

/** The recording once it is finished; until then, that it is being finished. */
export function RecordingCard({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const recording = useQuery(
    trpc.webinar.recording.queryOptions(
      { id: webinarId },
      { refetchInterval: (query) => (query.state.data ? false : 2000) },
    ),
  );
  return (
    <section className="card stack" aria-labelledby="recording">
      <h2 id="recording">Recording</h2>
      {recording.data ? (
        <>
          <video
            controls
            preload="metadata"
            src={recording.data.url}
            style={{ width: "100%", borderRadius: 10, background: "#000" }}
          >
            <track kind="captions" />
          </video>
          <div className="row between">
            <span className="dim number">
              {duration(recording.data.durationMs)} · {(recording.data.bytes / 1e6).toFixed(1)} MB
            </span>
            <a className="button small" href={recording.data.url} download>
              <Download size={16} aria-hidden="true" />
              Download MP4
            </a>
          </div>
        </>
      ) : (
        <p className="dim" role="status">
          The recording is being finished. It appears here by itself.
        </p>
      )}
    </section>
  );
}
