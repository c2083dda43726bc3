"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, Upload } from "lucide-react";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { clockText } from "../../../live/hls-rules.ts";
import { Notice } from "../../../ui/notice.tsx";

type Props = { webinarId: string; startedAt: number };

/** Captions of the recording: to correct line by line, to take away, and to replace by a file. */
export function CaptionsCard({ webinarId, startedAt }: Props) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [outcome, setOutcome] = useState<{ good: boolean; text: string } | null>(null);
  const lines = useQuery(trpc.caption.list.queryOptions({ webinarId }));
  const reload = () => client.invalidateQueries(trpc.caption.list.queryFilter({ webinarId }));
  const edit = useMutation(
    trpc.caption.edit.mutationOptions({
      onSuccess: reload,
      onError: (error) => setOutcome({ good: false, text: wireError(error).message }),
    }),
  );
  const upload = async (file: File) => {
    const response = await fetch(`/api/webinars/${webinarId}/captions/captions.vtt`, {
      method: "PUT",
      headers: { "content-type": "text/vtt" },
      body: await file.text(),
    });
    const answer = (await response.json()) as { lines?: number; error?: { message: string } };
    setOutcome(
      response.ok
        ? { good: true, text: `${answer.lines} lines taken from ${file.name}.` }
        : { good: false, text: answer.error?.message ?? "The file was not taken." },
    );
    await reload();
  };
  const count = lines.data?.length ?? 0;
  return (
    <section className="card stack" aria-labelledby="captions">
      <div className="card-head">
        <h2 id="captions">Captions</h2>
        <span className="dim small number">{count === 1 ? "1 line" : `${count} lines`}</span>
      </div>
      {outcome && <Notice kind={outcome.good ? "good" : "bad"}>{outcome.text}</Notice>}
      {count > 0 && (
        <ul className="lines caption-lines">
          {lines.data?.map((line) => (
            <li key={line.id} className="caption-line">
              <span className="number dim small">{clockText((line.startsAt - startedAt) / 1000)}</span>
              <input
                className="input"
                aria-label={`Caption at ${clockText((line.startsAt - startedAt) / 1000)}`}
                defaultValue={line.text}
                maxLength={500}
                onBlur={({ target }) => {
                  const text = target.value.trim();
                  if (text !== line.text) edit.mutate({ webinarId, id: line.id, text });
                }}
              />
            </li>
          ))}
        </ul>
      )}
      <div className="row">
        <label className="button small">
          <Upload size={16} aria-hidden="true" />
          Upload VTT or SRT
          <input
            className="visually-hidden"
            type="file"
            accept=".vtt,.srt,text/vtt"
            onChange={({ target }) => {
              const [file] = target.files ?? [];
              if (file)
                void upload(file).catch(() =>
                  setOutcome({ good: false, text: "The server cannot be reached." }),
                );
              target.value = "";
            }}
          />
        </label>
        {count > 0 &&
          (["vtt", "srt"] as const).map((format) => (
            <a
              key={format}
              className="button small"
              href={`/api/webinars/${webinarId}/captions/captions.${format}`}
              download
            >
              <Download size={16} aria-hidden="true" />
              {format.toUpperCase()}
            </a>
          ))}
      </div>
      <p className="help">A file replaces all lines. An emptied line is taken away.</p>
    </section>
  );
}
