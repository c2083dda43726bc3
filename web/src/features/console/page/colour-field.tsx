"use client";
import { brandTones, isColour, shownAsChosen } from "@rostrum/rules";
import { TextField } from "../../../ui/field.tsx";

type Props = { value: string; usual: string; onChange: (value: string) => void; fault?: string | undefined };

/** A colour, with what becomes of it where it could not be read. */
export function ColourField({ value, usual, onChange, fault }: Props) {
  const chosen = isColour(value) ? value : usual;
  const kept = shownAsChosen(chosen);
  const note =
    kept.light && kept.dark
      ? "Easy to read on light and dark screens."
      : `Shown ${kept.light ? "lighter on dark" : kept.dark ? "darker on light" : "stronger on light and on dark"} screens, so that everybody can read it.`;
  return (
    <div className="stack-small">
      <div className="swatch-row">
        <input
          type="color"
          aria-label="Pick a colour"
          value={chosen}
          onChange={(event) => onChange(event.target.value)}
        />
        <TextField
          label="Colour"
          placeholder={usual}
          maxLength={7}
          value={value}
          onChange={(event) => onChange(event.target.value.trim())}
          fault={fault}
        />
        {(["light", "dark"] as const).map((scheme) => {
          const { accent, on } = brandTones(chosen, scheme);
          return (
            <span key={scheme} className="tone" style={{ background: accent, color: on }}>
              {scheme === "light" ? "Light" : "Dark"}
            </span>
          );
        })}
      </div>
      <span className="help" role="status">
        {note}
      </span>
    </div>
  );
}
