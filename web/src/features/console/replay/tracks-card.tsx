"use client";
import { Download } from "lucide-react";
import { clockText } from "../../../live/hls-rules.ts";
import type { ReplaySettings } from "../../replay/replay.ts";

/** What each person sent, by itself, for cutting elsewhere. */
export function TracksCard({ tracks }: { tracks: ReplaySettings["tracks"] }) {
  if (tracks.length === 0) return null;
  return (
    <section className="card stack" aria-labelledby="tracks">
      <h2 id="tracks">Separate tracks</h2>
      <p className="help">
        Camera with microphone, and screens, as they were sent. The offset says where a track begins on the
        recording's time line.
      </p>
      <ul className="lines">
        {tracks.map(({ id, name, source, offsetMs, durationMs, bytes, url }) => (
          <li key={id} className="row between">
            <span>
              {name} · {source}
              <br />
              <span className="dim small number">
                {clockText(durationMs / 1000)} · {(bytes / 1e6).toFixed(1)} MB · offset{" "}
                {(offsetMs / 1000).toFixed(3)} s
              </span>
            </span>
            {url && (
              <a className="button small" href={url} download aria-label={`Download ${source} of ${name}`}>
                <Download size={16} aria-hidden="true" />
                Download
              </a>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
