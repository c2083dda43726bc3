"use client";
import { type PointerEvent, useId, useState } from "react";
import { ticksFor } from "./ticks.ts";

const width = 720;
const height = 220;
const pad = { left: 44, right: 8, top: 10, bottom: 26 };

type Props = {
  /** What the curve tells, for those who cannot see it. */
  label: string;
  values: number[];
  /** Below a point of the axis. */
  nameOf: (at: number) => string;
  /** Points of the axis that are named. */
  marks: number[];
  unit: string;
};

/** A filled curve over equal steps, with the value under the pointer. */
export function AreaChart({ label, values, nameOf, marks, unit }: Props) {
  const [at, setAt] = useState<number>();
  const gradient = useId();
  const ticks = ticksFor(Math.max(1, ...values));
  const top = ticks.at(-1) ?? 1;
  const x = (index: number) =>
    pad.left + (index / Math.max(1, values.length - 1)) * (width - pad.left - pad.right);
  const y = (value: number) => height - pad.bottom - (value / top) * (height - pad.top - pad.bottom);
  const line = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(" ");
  const move = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const inside = ((event.clientX - box.left) / box.width) * width - pad.left;
    const index = Math.round((inside / (width - pad.left - pad.right)) * (values.length - 1));
    setAt(Math.min(values.length - 1, Math.max(0, index)));
  };
  return (
    <figure className="chart">
      <svg
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={label}
        onPointerMove={move}
        onPointerLeave={() => setAt(undefined)}
      >
        <defs>
          <linearGradient id={gradient} x1="0" y1="0" x2="0" y2="1">
            <stop offset="0" stopColor="var(--accent)" stopOpacity="0.35" />
            <stop offset="1" stopColor="var(--accent)" stopOpacity="0.02" />
          </linearGradient>
        </defs>
        {ticks.map((tick) => (
          <g key={tick}>
            <line className="chart-grid" x1={pad.left} x2={width - pad.right} y1={y(tick)} y2={y(tick)} />
            <text className="chart-text large" x={pad.left - 8} y={y(tick) + 4} textAnchor="end">
              {tick}
            </text>
          </g>
        ))}
        <polygon
          points={`${x(0)},${y(0)} ${line} ${x(values.length - 1)},${y(0)}`}
          fill={`url(#${gradient})`}
        />
        <polyline className="chart-line" points={line} />
        {marks.map((mark) => (
          <text
            key={mark}
            className="chart-text large"
            x={x(mark)}
            y={height - 8}
            textAnchor={mark === 0 ? "start" : mark === values.length - 1 ? "end" : "middle"}
          >
            {nameOf(mark)}
          </text>
        ))}
        {at !== undefined && (
          <g>
            <line className="chart-cursor" x1={x(at)} x2={x(at)} y1={pad.top} y2={height - pad.bottom} />
            <circle className="chart-dot" cx={x(at)} cy={y(values[at] ?? 0)} r="4.5" />
          </g>
        )}
      </svg>
      <figcaption className="small dim number" aria-hidden="true">
        {at === undefined ? " " : `${nameOf(at)} · ${values[at] ?? 0} ${unit}`}
      </figcaption>
    </figure>
  );
}
