"use client";
import { Download, X } from "lucide-react";
import { useEffect, useState } from "react";
import { Notice } from "../../../ui/notice.tsx";
import { useDownload } from "./use-download.ts";

type Layout = "tidy" | "zoom";
const sets = [
  {
    kind: "attendance",
    name: "Attendance",
    about: "One row per registrant: minutes before, during and after, score, activity.",
  },
  {
    kind: "registrants",
    name: "Registrants",
    about: "Who registered, their answers and where they came from.",
  },
  { kind: "polls", name: "Polls", about: "Every vote with who cast it." },
  { kind: "questions", name: "Q&A", about: "Every question with its upvotes and whether it was answered." },
  { kind: "chat", name: "Chat", about: "Every message." },
  { kind: "replay", name: "Replay", about: "Who watched the recording, how much of it and how often." },
  {
    kind: "events",
    name: "Raw events",
    about: "Everything that happened, in order: recompute any figure from it.",
  },
] as const;

/** Beyond this many registrants a file takes long enough that people want to see it come. */
const largeFrom = 5000;

/** Every data set as a file, in the layout that the next program wants. */
export function ExportsCard({ webinarId, registrants }: { webinarId: string; registrants: number }) {
  const [layout, setLayout] = useState<Layout>("tidy");
  const [bom, setBom] = useState(false);
  const { state, start, cancel } = useDownload();
  useEffect(() => cancel, [cancel]);
  const href = (kind: string, format: string) => {
    const params = new URLSearchParams({
      ...(layout === "zoom" && kind !== "events" && kind !== "replay" ? { layout } : {}),
      ...(bom && format === "csv" ? { bom: "1" } : {}),
    });
    const query = params.size > 0 ? `?${params}` : "";
    return `/api/webinars/${webinarId}/exports/${kind}.${format}${query}`;
  };
  return (
    <section className="card flush" aria-labelledby="exports">
      <div className="stack" style={{ padding: "24px 24px 12px" }}>
        <div className="row between">
          <h2 id="exports">Exports</h2>
          <fieldset className="choices" aria-label="Layout">
            {(["tidy", "zoom"] as const).map((name) => (
              <button
                key={name}
                type="button"
                className="choice"
                aria-pressed={layout === name}
                onClick={() => setLayout(name)}
              >
                {name === "tidy" ? "Tidy" : "Zoom layout"}
              </button>
            ))}
          </fieldset>
        </div>
        <p className="help">
          {layout === "tidy"
            ? "One kind of row per file, times with their offset, your own questions as columns. For spreadsheets, CRMs and scripts."
            : "The layout of Zoom's reports: what imports those imports these. Raw events stay tidy; the chat comes as text."}
        </p>
        <label className="check small">
          <input type="checkbox" checked={bom} onChange={(event) => setBom(event.target.checked)} />
          CSV for Excel (with a byte-order mark)
        </label>
        {state.kind === "running" && (
          <div className="stack-small" role="status">
            <div className="row between small">
              <span>
                {state.name}: {(state.bytes / 1e6).toFixed(1)} MB
              </span>
              <button className="button quiet small" type="button" onClick={cancel}>
                <X size={16} aria-hidden="true" />
                Cancel
              </button>
            </div>
            <progress aria-label={`${state.name} is being exported`} />
          </div>
        )}
        {state.kind === "done" && <Notice kind="good">{state.name} is in your downloads.</Notice>}
        {state.kind === "failed" && <Notice kind="bad">{state.message}</Notice>}
      </div>
      <ul className="export-list">
        {sets.map(({ kind, name, about }) => {
          const formats = layout === "zoom" && kind === "chat" ? ["txt"] : ["csv", "xlsx"];
          return (
            <li key={kind}>
              <div className="what">
                <strong>{name}</strong>
                <div className="small dim">{about}</div>
              </div>
              <div className="row">
                {formats.map((format) => (
                  <a
                    key={format}
                    className="button small"
                    href={href(kind, format)}
                    download
                    aria-label={`${name} as ${format.toUpperCase()}`}
                    onClick={(event) => {
                      if (registrants < largeFrom) return;
                      event.preventDefault();
                      start(href(kind, format), `${name} as ${format.toUpperCase()}`);
                    }}
                  >
                    <Download size={15} aria-hidden="true" />
                    {format.toUpperCase()}
                  </a>
                ))}
              </div>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
