"use client";
import type { EncoderStatus } from "@rostrum/protocol";
import { CopyField } from "../../ui/copy-field.tsx";

type Encoder = { id: string; name: string; keyHint: string; status: EncoderStatus | null };

type Props = {
  encoder: Encoder;
  /** Its key, right after it was made: it cannot be seen again. */
  shownKey: string | undefined;
  onRenew: () => void;
  onRevoke: () => void;
};

const stateNames = { connecting: "Connecting", live: "Live", refused: "Refused" } as const;

/** What arrives, in the words of whoever set the encoder up. */
function details({ protocol, video, audio, bitrateKbps }: EncoderStatus): string {
  const rate = bitrateKbps > 0 ? `${(bitrateKbps / 1000).toFixed(1)} Mbit/s` : null;
  return [protocol.toUpperCase(), video, audio, rate].filter(Boolean).join(" · ");
}

export function EncoderRow({ encoder, shownKey, onRenew, onRevoke }: Props) {
  const { name, keyHint, status } = encoder;
  return (
    <li className="encoder stack-small" data-encoder-state={status?.state ?? "idle"}>
      <div className="row between">
        <strong>{name}</strong>
        <span className={`badge ${status?.state === "live" ? "live" : ""}`}>
          {status ? stateNames[status.state] : "Not connected"}
        </span>
      </div>
      {status && status.state !== "refused" && <p className="dim small number">{details(status)}</p>}
      {status?.note && <p className={status.state === "refused" ? "fault" : "dim small"}>{status.note}</p>}
      {shownKey ? (
        <>
          <CopyField label="Stream key" value={shownKey} />
          <p className="help">Copy it now: it is not shown again.</p>
        </>
      ) : (
        <p className="dim small">Key ends in {keyHint}</p>
      )}
      <div className="row">
        <button className="button small" type="button" aria-label={`New key for ${name}`} onClick={onRenew}>
          New key
        </button>
        <button className="button quiet small" type="button" aria-label={`Revoke ${name}`} onClick={onRevoke}>
          Revoke
        </button>
      </div>
    </li>
  );
}
