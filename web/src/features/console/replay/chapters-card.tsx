"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { clockText } from "../../../live/hls-rules.ts";
import { CheckField } from "../../../ui/check-field.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import type { ReplaySettings } from "../../replay/replay.ts";
import { parseClock } from "./clock.ts";

type Props = { webinarId: string; settings: ReplaySettings; video: HTMLVideoElement | null };

/** Chapters that were found, and marks that people set; a mark stands instead of a found one beside it. */
export function ChaptersCard({ webinarId, settings, video }: Props) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const { options, marks, found, recording, phase } = settings;
  const live = phase === "live";
  const [title, setTitle] = useState("");
  const [at, setAt] = useState("");
  const [unread, setUnread] = useState(false);
  const reload = () => client.invalidateQueries(trpc.replay.settings.queryFilter({ webinarId }));
  const change = useMutation(trpc.replay.change.mutationOptions({ onSuccess: reload }));
  const mark = useMutation(
    trpc.replay.mark.mutationOptions({
      onSuccess: () => {
        setTitle("");
        setAt("");
        return reload();
      },
    }),
  );
  const unmark = useMutation(trpc.replay.unmark.mutationOptions({ onSuccess: reload }));
  const error = mark.error ?? unmark.error ?? change.error;
  const fault = error ? wireError(error) : undefined;
  const rows = [
    ...(options.foundChapters ? found.map((one) => ({ id: null, atMs: one.startMs, title: one.title })) : []),
    ...marks,
  ].sort((a, b) => a.atMs - b.atMs);
  const add = () => {
    const id = crypto.randomUUID();
    // While it is live a chapter begins now.
    if (live) {
      mark.mutate({ webinarId, id, title, atMs: null });
      return;
    }
    const atMs = at === "" ? Math.round((video?.currentTime ?? 0) * 1000) : parseClock(at);
    setUnread(atMs === null);
    if (atMs !== null) mark.mutate({ webinarId, id, title, atMs });
  };
  return (
    <section className="card stack" aria-labelledby="chapters">
      <h2 id="chapters">Chapters</h2>
      {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
      <CheckField
        label="Chapters by who speaks, shares a screen, and breaks"
        checked={options.foundChapters}
        onChange={(foundChapters) =>
          change.mutate({
            webinarId,
            ...options,
            availableFrom: options.availableFrom === null ? null : new Date(options.availableFrom),
            availableUntil: options.availableUntil === null ? null : new Date(options.availableUntil),
            foundChapters,
          })
        }
      />
      {rows.length > 0 ? (
        <ul className="lines">
          {rows.map((row) => (
            <li key={row.id ?? `found ${row.atMs}`} className="row between">
              <span>
                <span className="number dim">{clockText(row.atMs / 1000)}</span> {row.title}
              </span>
              {row.id !== null ? (
                <button
                  className="button small quiet"
                  type="button"
                  aria-label={`Remove chapter ${row.title}`}
                  onClick={() => unmark.mutate({ webinarId, id: row.id })}
                >
                  <Trash2 size={16} aria-hidden="true" />
                </button>
              ) : (
                <span className="dim small">found</span>
              )}
            </li>
          ))}
        </ul>
      ) : (
        <p className="dim">No chapters yet.</p>
      )}
      {(recording || live) && (
        <form
          className="stack"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <div className="pair">
            <TextField
              label="Chapter"
              value={title}
              maxLength={120}
              onChange={(event) => setTitle(event.target.value)}
              fault={fault?.field === "title" ? fault.message : undefined}
            />
            {!live && (
              <TextField
                label="At"
                inputMode="numeric"
                placeholder="where the video is"
                value={at}
                onChange={(event) => setAt(event.target.value)}
                fault={unread ? "Write it as minutes and seconds, like 1:30." : undefined}
              />
            )}
          </div>
          <button className="button" type="submit" disabled={title.trim() === "" || mark.isPending}>
            {live ? "Begin this chapter now" : "Add chapter"}
          </button>
        </form>
      )}
    </section>
  );
}
