import {
  currentConsent,
  type DateToRegister,
  type FormField,
  findSeries,
  listFormFields,
  listSeriesDates,
  type Webinar,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { judgeAddress, visibleFields } from "@rostrum/rules";
import { mintJoinMail } from "../join-mail.ts";
import { windowOf } from "../registration-window.ts";
import { confirmBy } from "../seating.ts";
import type { Services } from "../services.ts";
import { cleanReferrer } from "../source.ts";

type Person = {
  email: string;
  name: string;
  answers: Record<string, string>;
  utm: Record<string, string>;
  referrer: string;
  consentVersion?: number | undefined;
  idempotencyKey?: string | undefined;
};

const takesRegistrations = (webinar: Webinar): boolean => windowOf(webinar).state === "open";

/**
 * The other dates of its series that a registration on this page is for: all of them, or those that were chosen. Throws
 * input.invalid for dates that are not to be had, or more of them than the series lets one choose.
 */
export async function otherDates(
  services: Services,
  webinar: Webinar,
  chosen: string[] | undefined,
): Promise<Webinar[]> {
  const series = webinar.seriesId ? await findSeries(services.db, webinar.seriesId) : undefined;
  const refuse = (message: string) => {
    throw new RostrumError("input.invalid", message, { field: "dates" });
  };
  if (!series) {
    if (chosen?.some((slug) => slug !== webinar.slug)) refuse("This webinar has one date.");
    return [];
  }
  const open = (await listSeriesDates(services.db, series.id)).filter(
    (date) => date.phase !== "ended" && date.phase !== "draft" && takesRegistrations(date),
  );
  if (series.choice === "all") return open.filter(({ id }) => id !== webinar.id);
  const meant = new Set(chosen ?? [webinar.slug]);
  if (series.choice === "one" && meant.size > 1) refuse("Choose one date.");
  const known = new Set(open.map(({ slug }) => slug));
  if ([...meant].some((slug) => !known.has(slug))) refuse("One of these dates is not to be had any more.");
  return open.filter(({ id, slug }) => id !== webinar.id && meant.has(slug));
}

type Others = { webinar: Webinar; others: Webinar[]; input: Person };

/**
 * What is stored for the other dates. The person saw the form of one page: its answers go to the questions with the same
 * words, and its consent counts where the same text is agreed to.
 */
export async function prepareOthers(
  services: Services,
  { webinar, others, input }: Others,
): Promise<DateToRegister[]> {
  const asked = await listFormFields(services.db, webinar.id);
  const seen = await currentConsent(services.db, webinar.id);
  return Promise.all(
    others.map(async (other) => {
      const [fields, consent] = await Promise.all([
        listFormFields(services.db, other.id),
        currentConsent(services.db, other.id),
      ]);
      const agreed = seen && seen.version === input.consentVersion && consent?.text === seen.text;
      return {
        submission: {
          webinarId: other.id,
          email: input.email,
          name: input.name,
          answers: translated(input.answers, asked, fields),
          utm: input.utm,
          referrer: cleanReferrer(input.referrer, services.config.PUBLIC_URL),
        },
        mail: mintJoinMail(services),
        options: {
          idempotencyKey: input.idempotencyKey,
          judgement: judgeAddress(input.email, other),
          confirmUntil: confirmBy(other),
          consentTextId: agreed ? consent?.id : undefined,
        },
      };
    }),
  );
}

function translated(
  answers: Record<string, string>,
  from: FormField[],
  to: FormField[],
): Record<string, string> {
  const given = visibleFields(from, answers).filter(({ id }) => answers[id]?.trim());
  return Object.fromEntries(
    given.flatMap((field) => {
      const same = to.find(({ label, kind }) => label === field.label && kind === field.kind);
      return same ? [[same.id, answers[field.id]?.trim() ?? ""]] : [];
    }),
  );
}
