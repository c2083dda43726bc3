"use client";
import type { EncoderStatus } from "@rostrum/protocol";
import { useFaults, useTexts } from "../../client/language.tsx";
import { CopyField } from "../../ui/copy-field.tsx";

type Encoder = { id: string; name: string; keyHint: string; status: EncoderStatus | null };

type Props = {
  encoder: Encoder;
  /** Its key, right after it was made: it cannot be seen again. */
  shownKey: string | undefined;
  onRenew: () => void;
  onRevoke: () => void;
};

/** What arrives, in the words of whoever set the encoder up. */
function details({ protocol, video, audio, bitrateKbps }: EncoderStatus, tag: string): string {
  const megabits = new Intl.NumberFormat(tag, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const rate = bitrateKbps > 0 ? `${megabits.format(bitrateKbps / 1000)} Mbit/s` : null;
  return [protocol.toUpperCase(), video, audio, rate].filter(Boolean).join(" · ");
}

export function EncoderRow({ encoder, shownKey, onRenew, onRevoke }: Props) {
  const { studio, tag } = useTexts();
  const { encoders: words } = studio;
  const { said } = useFaults();
  const { name, keyHint, status } = encoder;
  return (
    <li className="encoder stack-small" data-encoder-state={status?.state ?? "idle"}>
      <div className="row between">
        <strong>{name}</strong>
        <span className={`badge ${status?.state === "live" ? "live" : ""}`}>
          {words.states[status?.state ?? "idle"]}
        </span>
      </div>
      {status && status.state !== "refused" && <p className="dim small number">{details(status, tag)}</p>}
      {status?.note && (
        <p className={status.state === "refused" ? "fault" : "dim small"}>{said(status.note)}</p>
      )}
      {shownKey ? (
        <>
          <CopyField label={words.key} value={shownKey} />
          <p className="help">{words.keyOnce}</p>
        </>
      ) : (
        <p className="dim small">{words.keyEnds(keyHint)}</p>
      )}
      <div className="row">
        <button className="button small" type="button" aria-label={words.renewFor(name)} onClick={onRenew}>
          {words.renew}
        </button>
        <button
          className="button quiet small"
          type="button"
          aria-label={words.revokeOf(name)}
          onClick={onRevoke}
        >
          {words.revoke}
        </button>
      </div>
    </li>
  );
}
