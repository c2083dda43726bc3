"use client";
import { exportKinds, type Row } from "./export-delivery.ts";

/** Which exports, in which form. */
export function ExportPicks({ rows, onChange }: { rows: Row[]; onChange: (rows: Row[]) => void }) {
  const isSame = (a: Row, b: Row) => a.kind === b.kind && a.format === b.format;
  return (
    <fieldset className="field plain">
      <legend className="label">Exports</legend>
      <ul className="export-picks">
        {exportKinds.map(({ kind, name }) => (
          <li key={kind} className="row between" style={{ flexWrap: "nowrap" }}>
            <span>{name}</span>
            <span className="row">
              {(["csv", "xlsx"] as const).map((format) => (
                <label key={format} className="check small">
                  <input
                    type="checkbox"
                    aria-label={`${name} as ${format.toUpperCase()}`}
                    checked={rows.some((row) => isSame(row, { kind, format }))}
                    onChange={(event) => {
                      const others = rows.filter((row) => !isSame(row, { kind, format }));
                      onChange(event.target.checked ? [...others, { kind, format }] : others);
                    }}
                  />
                  {format.toUpperCase()}
                </label>
              ))}
            </span>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}
