export type ShareRow = { key: string; name: string; value: number; note?: string };

/** Named amounts with a bar each, the largest as the measure. */
export function ShareList({ rows, total }: { rows: ShareRow[]; total?: number }) {
  const most = Math.max(1, total ?? 0, ...rows.map(({ value }) => value));
  return (
    <ul className="shares">
      {rows.map(({ key, name, value, note }) => (
        <li key={key}>
          <span className="row between">
            <span className="share-name">{name}</span>
            <span className="number small">
              <strong>{value.toLocaleString("en")}</strong>
              {note && <span className="dim"> {note}</span>}
            </span>
          </span>
          <span className="share-track" aria-hidden="true">
            <span className="share-bar" style={{ width: `${(value / most) * 100}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}
