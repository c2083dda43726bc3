"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterInputs } from "@trpc/server";
import { useEffect, useState } from "react";
import { useTRPC } from "../../../client/providers.tsx";
import type { AppRouter } from "../../../server/routers/index.ts";
import { TextField } from "../../../ui/field.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import { wallClock } from "../time-zones.ts";

export type Repeat = Omit<inferRouterInputs<AppRouter>["plan"]["repeat"], "id">;
type Every = Repeat["repeat"]["every"];

const everies = [
  { value: "", name: "Once" },
  { value: "week", name: "Every week" },
  { value: "two-weeks", name: "Every two weeks" },
  { value: "month", name: "Every month, same weekday" },
];
export const choices = [
  { value: "chosen", name: "the dates they choose" },
  { value: "one", name: "one date" },
  { value: "all", name: "all dates" },
];

type Props = {
  startsAt: Date;
  timeZone: string;
  onChange: (repeat: Repeat | undefined) => void;
  fault: string | undefined;
};

/** Whether it comes once or is a series, with the dates that makes. */
export function RepeatFields({ startsAt, timeZone, onChange, fault }: Props) {
  const trpc = useTRPC();
  const [every, setEvery] = useState<Every>();
  const [count, setCount] = useState("4");
  const [choice, setChoice] = useState<Repeat["choice"]>("chosen");
  const [without, setWithout] = useState<string[]>([]);
  const number = Math.floor(Number(count));
  const valid = every !== undefined && number >= 2 && number <= 52 && !Number.isNaN(startsAt.getTime());
  const all = useQuery(
    trpc.plan.dates.queryOptions(
      { startsAt, timeZone, repeat: { every: every ?? "week", count: valid ? number : 2, without: [] } },
      { enabled: valid },
    ),
  );
  useEffect(() => {
    onChange(every ? { choice, repeat: { every, count: number, without } } : undefined);
  }, [every, number, choice, without, onChange]);
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "full", timeStyle: "short", timeZone });
  return (
    <>
      <div className="pair">
        <SelectField
          label="Repeat"
          choices={everies}
          value={every ?? ""}
          onChange={(event) => {
            setEvery((event.target.value || undefined) as Every | undefined);
            setWithout([]);
          }}
        />
        {every && (
          <TextField
            label="How many dates"
            type="number"
            min={2}
            max={52}
            value={count}
            onChange={(event) => setCount(event.target.value)}
            fault={fault}
          />
        )}
      </div>
      {every && (
        <SelectField
          label="People register for"
          choices={choices}
          value={choice}
          onChange={(event) => setChoice(event.target.value as Repeat["choice"])}
        />
      )}
      {valid && all.data && (
        <fieldset className="field plain">
          <legend className="label">Dates</legend>
          <div className="date-list">
            {all.data.map((at, index) => {
              const day = wallClock(timeZone, new Date(at)).date;
              return (
                <label key={at} className="check number">
                  <input
                    type="checkbox"
                    disabled={index === 0}
                    checked={!without.includes(day)}
                    onChange={(event) =>
                      setWithout(
                        event.target.checked ? without.filter((one) => one !== day) : [...without, day],
                      )
                    }
                  />
                  {format.format(at)}
                </label>
              );
            })}
          </div>
          <span className="help">Always at the same time in {timeZone.replaceAll("_", " ")}.</span>
        </fieldset>
      )}
    </>
  );
}
