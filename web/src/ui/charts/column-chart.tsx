import { ticksFor } from "./ticks.ts";

const width = 460;
const height = 210;
const pad = { left: 44, right: 8, top: 10, bottom: 26 };

export type Column = { key: string; name: string; value: number; title: string };

/** Columns side by side; only as many names as fit. */
export function ColumnChart({ label, columns }: { label: string; columns: Column[] }) {
  const ticks = ticksFor(Math.max(1, ...columns.map(({ value }) => value)));
  const top = ticks.at(-1) ?? 1;
  const slot = (width - pad.left - pad.right) / Math.max(1, columns.length);
  const y = (value: number) => height - pad.bottom - (value / top) * (height - pad.top - pad.bottom);
  const every = Math.ceil(columns.length / 6);
  return (
    <figure className="chart">
      <svg viewBox={`0 0 ${width} ${height}`} role="img" aria-label={label}>
        {ticks.map((tick) => (
          <g key={tick}>
            <line className="chart-grid" x1={pad.left} x2={width - pad.right} y1={y(tick)} y2={y(tick)} />
            <text className="chart-text" x={pad.left - 8} y={y(tick) + 4} textAnchor="end">
              {tick}
            </text>
          </g>
        ))}
        {columns.map(({ key, name, value, title }, index) => {
          const middle = pad.left + slot * (index + 0.5);
          const thick = Math.min(56, slot * 0.74);
          return (
            <g key={key}>
              <rect
                className="chart-column"
                x={middle - thick / 2}
                y={y(value)}
                width={thick}
                height={y(0) - y(value)}
                rx={Math.min(5, thick / 3)}
              >
                <title>{title}</title>
              </rect>
              {index % every === 0 && (
                <text className="chart-text" x={middle} y={height - 8} textAnchor="middle">
                  {name}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </figure>
  );
}
