"use client";
import { WireError } from "@rostrum/protocol";
import { useMutation } from "@tanstack/react-query";
import { ImageUp } from "lucide-react";
import { useId } from "react";

type Kind = "logo" | "cover" | "portrait";

/** Send a picture; what the server refuses is thrown with its own words. */
async function upload(kind: Kind, file: File): Promise<{ id: string }> {
  const response = await fetch(`/api/pictures?kind=${kind}`, { method: "POST", body: file });
  const body: unknown = await response.json();
  if (response.ok) return body as { id: string };
  const fault = WireError.safeParse((body as { error?: unknown }).error);
  throw new Error(fault.success ? fault.data.message : "The picture could not be sent.");
}

type Props = {
  kind: Kind;
  label: string;
  help?: string;
  value: string | null;
  onChange: (id: string | null) => void;
};

/** A picture to choose, shown as it will be. */
export function PictureField({ kind, label, help, value, onChange }: Props) {
  const id = useId();
  const send = useMutation({
    mutationFn: (file: File) => upload(kind, file),
    onSuccess: (picture) => onChange(picture.id),
  });
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <div className="picture-field">
        <div className={`picture-slot ${kind}`}>
          {value ? (
            // biome-ignore lint/performance/noImgElement: our own picture, encoded and cached for good already
            <img src={`/pictures/${value}`} alt="" />
          ) : (
            <ImageUp size={22} aria-hidden="true" />
          )}
        </div>
        <div className="stack-small">
          <input
            className="input"
            id={id}
            type="file"
            accept="image/jpeg,image/png,image/webp,image/gif,image/avif"
            onChange={(event) => {
              const file = event.target.files?.[0];
              if (file) send.mutate(file);
              event.target.value = "";
            }}
          />
          {value && (
            <div>
              <button className="button small quiet" type="button" onClick={() => onChange(null)}>
                Remove {label.toLowerCase()}
              </button>
            </div>
          )}
        </div>
      </div>
      {help && <span className="help">{help}</span>}
      {send.isPending && (
        <span className="help" role="status">
          Uploading…
        </span>
      )}
      {send.isError && (
        <span className="fault" role="alert">
          {send.error.message}
        </span>
      )}
    </div>
  );
}
