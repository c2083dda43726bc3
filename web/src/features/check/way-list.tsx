import type { Measured } from "@rostrum/rules";
import { Check, Minus, X } from "lucide-react";
import { floodKbps } from "../../live/connection-check.ts";
import type { Texts } from "../../texts/index.ts";

const ways = ["browser", "socket", "udp", "tcp", "turn"] as const;

type Props = { texts: Texts; found: Measured | undefined; running: boolean };

/** Each way and what became of it, as it is found out. */
export function WayList({ texts, found, running }: Props) {
  const { check } = texts;
  const nameOf = (state: boolean | null | undefined, way: string) => {
    if (state === true) return check.yes;
    if (state === false) return found?.socket === false && way !== "socket" ? check.unknown : check.no;
    return running ? "…" : way === "turn" && found?.socket ? check.notOffered : check.unknown;
  };
  return (
    <ul className="check-ways">
      {ways.map((way) => {
        const state = found?.[way];
        const Icon = state === true ? Check : state === false ? X : Minus;
        return (
          <li key={way} data-way={way} data-state={String(state ?? null)}>
            <Icon
              size={18}
              aria-hidden="true"
              className={state === true ? "yes" : state === false ? "no" : "dim"}
            />
            <span>{check.ways[way]}</span>
            <span className="dim">{nameOf(state, way)}</span>
          </li>
        );
      })}
      <li data-way="speed">
        <Minus size={18} aria-hidden="true" className="dim" />
        <span>{check.ways.speed}</span>
        <span className="dim number">{running && found?.downKbps == null ? "…" : speedOf(texts, found)}</span>
      </li>
    </ul>
  );
}

/** Near what the edge sends at most it may be far more. */
const nearTheMost = 0.9;

function speedOf({ tag, check }: Texts, found: Measured | undefined): string {
  if (!found || found.downKbps === null) return check.unknown;
  const number = (value: number, digits: number, more: Intl.NumberFormatOptions = {}) =>
    new Intl.NumberFormat(tag, { maximumFractionDigits: digits, ...more }).format(value);
  const megabits = number(found.downKbps / 1000, 1);
  return check.speed(
    found.downKbps >= floodKbps * nearTheMost ? check.atLeast(megabits) : megabits,
    found.rttMs === null ? "?" : number(found.rttMs, 0),
    number(found.loss ?? 0, 1, { style: "percent" }),
  );
}
