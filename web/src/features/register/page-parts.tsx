import type { PublicWebinar } from "../../server/use-cases/public-page.ts";
import type { Texts } from "../../texts/index.ts";

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .map((word) => word[0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();

/** Who speaks. */
export function Speakers({ texts, speakers }: { texts: Texts; speakers: PublicWebinar["speakers"] }) {
  if (speakers.length === 0) return null;
  return (
    <section className="stack" aria-labelledby="speakers">
      <h2 id="speakers">{texts.page.speakers}</h2>
      <ul className="speakers">
        {speakers.map(({ id, name, role, bio, picture }) => (
          <li key={id} className="speaker">
            {picture ? (
              // biome-ignore lint/performance/noImgElement: our own picture, encoded and cached for good already
              <img src={picture} alt="" width={72} height={72} loading="lazy" />
            ) : (
              <span className="speaker-initials" aria-hidden="true">
                {initials(name)}
              </span>
            )}
            <div>
              <h3>{name}</h3>
              {role && <p className="dim small">{role}</p>}
              {bio && <p className="small speaker-bio">{bio}</p>}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}

type AgendaProps = { texts: Texts; agenda: PublicWebinar["agenda"]; startsAt: number; zone: string };

/** What happens when, by the reader's clock. */
export function Agenda({ texts, agenda, startsAt, zone }: AgendaProps) {
  if (agenda.length === 0) return null;
  const clock = new Intl.DateTimeFormat(texts.tag, { hour: "2-digit", minute: "2-digit", timeZone: zone });
  return (
    <section className="stack" aria-labelledby="agenda">
      <h2 id="agenda">{texts.page.agenda}</h2>
      <ol className="agenda">
        {agenda.map(({ id, minute, title, text }) => (
          <li key={id}>
            <span className="agenda-time number" suppressHydrationWarning>
              {clock.format(startsAt + minute * 60_000)}
            </span>
            <div>
              <h3>{title}</h3>
              {text && <p className="dim">{text}</p>}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
