"use client";
import { useId } from "react";
import type { PublicWebinar } from "../../server/use-cases/public-page.ts";
import type { Texts } from "../../texts/index.ts";

type Props = {
  series: NonNullable<PublicWebinar["series"]>;
  texts: Texts;
  zone: string;
  /** Slugs. */
  chosen: string[];
  onChange: (slugs: string[]) => void;
  fault: string | undefined;
};

/** The dates of a series: told, or to choose from. */
export function Dates({ series, texts, zone, chosen, onChange, fault }: Props) {
  const id = useId();
  const { choice, dates } = series;
  const format = new Intl.DateTimeFormat(texts.tag, {
    weekday: "short",
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: zone,
  });
  if (choice === "all")
    return (
      <div className="stack-small">
        <p>{texts.series.all(dates.length)}</p>
        <ul className="date-list small">
          {dates.map(({ slug, startsAt }) => (
            <li key={slug} className="number" suppressHydrationWarning>
              {format.format(startsAt)}
            </li>
          ))}
        </ul>
      </div>
    );
  const toggle = (slug: string, on: boolean) =>
    onChange(
      choice === "one"
        ? [slug]
        : dates.map((date) => date.slug).filter((one) => (one === slug ? on : chosen.includes(one))),
    );
  return (
    <fieldset className="field plain" aria-describedby={fault ? `${id}-fault` : undefined}>
      <legend className="label">{choice === "one" ? texts.series.one : texts.series.chosen}</legend>
      <div className="date-list">
        {choice === "chosen" && (
          <label className="check dim">
            <input
              type="checkbox"
              checked={chosen.length === dates.length}
              onChange={(event) => onChange(event.target.checked ? dates.map(({ slug }) => slug) : [])}
            />
            {texts.series.everyDate}
          </label>
        )}
        {dates.map(({ slug, startsAt }) => (
          <label key={slug} className="check number" suppressHydrationWarning>
            <input
              type={choice === "one" ? "radio" : "checkbox"}
              name={id}
              checked={chosen.includes(slug)}
              onChange={(event) => toggle(slug, event.target.checked)}
            />
            {format.format(startsAt)}
          </label>
        ))}
      </div>
      {fault && (
        <span className="fault" id={`${id}-fault`} role="alert">
          {fault}
        </span>
      )}
    </fieldset>
  );
}
