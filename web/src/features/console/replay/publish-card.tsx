"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { clockText } from "../../../live/hls-rules.ts";
import { CheckField } from "../../../ui/check-field.tsx";
import { CopyField } from "../../../ui/copy-field.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import type { ReplaySettings } from "../../replay/replay.ts";
import { fromLocalInput, localInput, parseClock } from "./clock.ts";

type Props = { webinarId: string; settings: ReplaySettings; video: HTMLVideoElement | null };

const states = {
  closed: { text: "Not published", good: false },
  soon: { text: "Published, not open yet", good: false },
  open: { text: "Open", good: true },
  over: { text: "Over", good: false },
} as const;

/** Who may watch the recording, when, and how much of it. */
export function PublishCard({ webinarId, settings, video }: Props) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const { options, published, recording, mailed, url } = settings;
  const [values, setValues] = useState(() => ({
    access: options.access as string,
    from: localInput(options.availableFrom),
    until: localInput(options.availableUntil),
    trimStart: clockText(options.trimStartMs / 1000),
    trimEnd: options.trimEndMs === null ? "" : clockText(options.trimEndMs / 1000),
    showConversation: options.showConversation,
  }));
  const [unread, setUnread] = useState<string | null>(null);
  const store = (next: ReplaySettings) =>
    client.setQueryData(trpc.replay.settings.queryKey({ webinarId }), next);
  const save = useMutation(trpc.replay.change.mutationOptions({ onSuccess: store }));
  const publish = useMutation(trpc.replay.publish.mutationOptions({ onSuccess: store }));
  const error = save.error ?? publish.error;
  const fault = error ? wireError(error) : undefined;
  const of = (field: string) => (fault?.field === field ? fault.message : undefined);
  const set = (change: Partial<typeof values>) => {
    save.reset();
    setUnread(null);
    setValues((current) => ({ ...current, ...change }));
  };
  const submit = () => {
    const trimStartMs = parseClock(values.trimStart || "0");
    const trimEndMs = values.trimEnd === "" ? null : parseClock(values.trimEnd);
    if (trimStartMs === null || (values.trimEnd !== "" && trimEndMs === null)) {
      setUnread(trimStartMs === null ? "start" : "end");
      return;
    }
    save.mutate({
      webinarId,
      access: values.access === "link" ? "link" : "registered",
      availableFrom: fromLocalInput(values.from),
      availableUntil: fromLocalInput(values.until),
      trimStartMs,
      trimEndMs,
      showConversation: values.showConversation,
      foundChapters: options.foundChapters,
    });
  };
  const here = () => clockText(Math.floor(video?.currentTime ?? 0));
  const wrong = "Write it as minutes and seconds, like 1:30.";
  const state = states[settings.door];
  return (
    <form
      className="card stack"
      noValidate
      aria-labelledby="replay"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <div className="card-head">
        <h2 id="replay">Replay</h2>
        <span className={state.good ? "badge good" : "badge"}>{state.text}</span>
      </div>
      {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
      {save.isSuccess && <Notice kind="good">Saved.</Notice>}
      {published && <CopyField label="Replay link" value={url} />}
      <SelectField
        label="Who may watch"
        value={values.access}
        onChange={(event) => set({ access: event.target.value })}
        choices={[
          { value: "registered", name: "Registered people only" },
          { value: "link", name: "Anyone with the link" },
        ]}
        help={
          values.access === "registered"
            ? "Others are sent to the registration form first."
            : "People without a registration are counted without a name."
        }
      />
      <TextField
        label="Available from"
        type="datetime-local"
        value={values.from}
        onChange={(event) => set({ from: event.target.value })}
        fault={of("availableFrom")}
      />
      <TextField
        label="Available until"
        type="datetime-local"
        value={values.until}
        onChange={(event) => set({ until: event.target.value })}
        fault={of("availableUntil")}
      />
      <div className="pair">
        <div className="stack-small">
          <TextField
            label="Begins at"
            inputMode="numeric"
            value={values.trimStart}
            onChange={(event) => set({ trimStart: event.target.value })}
            fault={unread === "start" ? wrong : of("trimStartMs")}
          />
          <button
            className="button small"
            type="button"
            aria-label="Begin where the video is"
            onClick={() => set({ trimStart: here() })}
          >
            Set from the video
          </button>
        </div>
        <div className="stack-small">
          <TextField
            label="Ends at"
            inputMode="numeric"
            placeholder={recording ? clockText(recording.durationMs / 1000) : ""}
            value={values.trimEnd}
            onChange={(event) => set({ trimEnd: event.target.value })}
            fault={unread === "end" ? wrong : of("trimEndMs")}
          />
          <button
            className="button small"
            type="button"
            aria-label="End where the video is"
            onClick={() => set({ trimEnd: here() })}
          >
            Set from the video
          </button>
        </div>
      </div>
      <CheckField
        label="Show chat, questions and polls beside it"
        checked={values.showConversation}
        onChange={(showConversation) => set({ showConversation })}
      />
      <div className="row between">
        <button className="button" type="submit" disabled={save.isPending}>
          Save
        </button>
        <span className="row">
          {recording && (
            <a className="button quiet" href={url} target="_blank" rel="noreferrer">
              <ExternalLink size={16} aria-hidden="true" />
              {published ? "Watch" : "Preview"}
            </a>
          )}
          <button
            className={published ? "button" : "button primary"}
            type="button"
            disabled={!recording || publish.isPending}
            onClick={() => publish.mutate({ webinarId, published: !published })}
          >
            {published ? "Unpublish" : "Publish replay"}
          </button>
        </span>
      </div>
      <p className="help">
        {mailed
          ? "Everybody who was registered has got the link by mail."
          : published
            ? "Everybody who is registered gets the link by mail as soon as it is open."
            : "Publishing mails everybody who is registered their personal link, once."}
      </p>
    </form>
  );
}
