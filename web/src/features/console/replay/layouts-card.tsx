"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { clockText } from "../../../live/hls-rules.ts";
import { ConfirmDialog } from "../../../ui/confirm-dialog.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import { useMay } from "../../account/use-may.ts";
import type { ReplaySettings } from "../../replay/replay.ts";

type Render = ReplaySettings["renders"][number];
type Layout = Render["layout"];

const names: Record<Layout, string> = {
  grid: "Grid",
  speaker: "Speaker",
  spotlight: "Spotlight",
  side: "Side by side",
  share: "Screen",
  auto: "Automatic",
};
const layouts = Object.keys(names) as Layout[];

const waits: Record<NonNullable<Render["waitsFor"]>, string> = {
  cores: "Waits: a live webinar needs the server. It goes on by itself.",
  queue: "Waits for another version to be finished.",
  unfinished: "Waits for the recording and its tracks to be finished.",
  node: "Waits for the server that has the tracks.",
};

type Props = { webinarId: string; settings: ReplaySettings };

/** The recording once more in another layout, made of the separate tracks. */
export function LayoutsCard({ webinarId, settings: { renders, tracks } }: Props) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const may = useMay()("webinar.edit");
  const free = layouts.filter((layout) => !renders.some((render) => render.layout === layout));
  const [chosen, setChosen] = useState<Layout>("grid");
  const layout = free.includes(chosen) ? chosen : free[0];
  const onSuccess = () => client.invalidateQueries(trpc.replay.settings.queryFilter({ webinarId }));
  const ask = useMutation(trpc.replay.render.mutationOptions({ onSuccess }));
  const remove = useMutation(trpc.replay.removeRender.mutationOptions({ onSuccess }));
  const [deleting, setDeleting] = useState<Layout | null>(null);
  const error = ask.error ?? remove.error;
  if (renders.length === 0 && (!may || tracks.length === 0)) return null;
  return (
    <section className="card stack" aria-labelledby="layouts">
      <h2 id="layouts">Another layout</h2>
      <p className="help">
        The recording once more, arranged differently. It is made from the separate tracks, breaks included,
        and the replay stays as it is.
      </p>
      {renders.length > 0 && (
        <ul className="lines">
          {renders.map((render) => (
            <RenderLine
              key={render.layout}
              render={render}
              may={may}
              onAgain={() => ask.mutate({ webinarId, layout: render.layout })}
              onRemove={() => {
                if (render.state === "ready") setDeleting(render.layout);
                else remove.mutate({ webinarId, layout: render.layout });
              }}
            />
          ))}
        </ul>
      )}
      {error && <Notice kind="bad">{wireError(error).message}</Notice>}
      {may && layout && tracks.length > 0 && (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            ask.mutate({ webinarId, layout });
          }}
        >
          <SelectField
            label="Layout"
            value={layout}
            onChange={(event) => setChosen(event.target.value as Layout)}
            choices={free.map((value) => ({ value, name: names[value] }))}
          />
          <div>
            <button className="button" type="submit" disabled={ask.isPending}>
              Make this version
            </button>
          </div>
        </form>
      )}
      <ConfirmDialog
        open={deleting !== null}
        title="Delete this version?"
        confirm="Delete it"
        onCancel={() => setDeleting(null)}
        onConfirm={() => {
          if (deleting) remove.mutate({ webinarId, layout: deleting });
          setDeleting(null);
        }}
      >
        {deleting && names[deleting]} can be made again as long as the separate tracks are kept.
      </ConfirmDialog>
    </section>
  );
}

type LineProps = { render: Render; may: boolean; onAgain: () => void; onRemove: () => void };

function RenderLine({ render, may, onAgain, onRemove }: LineProps) {
  const { layout, state, waitsFor, fault, file } = render;
  const name = names[layout];
  const percent = Math.round(render.progress * 100);
  const isOpen = state !== "ready" && state !== "failed";
  return (
    <li className="stack-small">
      <div className="row between">
        <span>
          {name}
          {file && (
            <>
              <br />
              <span className="dim small number">
                {clockText(file.durationMs / 1000)} · {(file.bytes / 1e6).toFixed(1)} MB
              </span>
            </>
          )}
        </span>
        <span className="row">
          {file && (
            <a className="button small" href={file.url} download aria-label={`Download ${name}`}>
              <Download size={16} aria-hidden="true" />
              Download MP4
            </a>
          )}
          {may && state === "failed" && (
            <button className="button small" type="button" onClick={onAgain}>
              Try again
            </button>
          )}
          {may && (
            <button
              className="button small quiet"
              type="button"
              aria-label={`${isOpen ? "Cancel" : "Delete"} ${name}`}
              onClick={onRemove}
            >
              {isOpen ? "Cancel" : "Delete"}
            </button>
          )}
        </span>
      </div>
      {isOpen && (
        <div className="stack-small" role="status">
          <div className="row between small">
            <span className="dim">{waitsFor ? waits[waitsFor] : "Being made"}</span>
            {(percent > 0 || !waitsFor) && <span className="number dim">{percent} %</span>}
          </div>
          {(percent > 0 || !waitsFor) && (
            <div className="bar" aria-hidden="true">
              <span style={{ width: `${percent}%` }} />
            </div>
          )}
        </div>
      )}
      {fault && <Notice kind="bad">It could not be made. {fault}</Notice>}
    </li>
  );
}
