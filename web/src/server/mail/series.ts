import { findRegistration, findWebinar, type OutboxMail } from "@rostrum/db";
import type { SendMailOptions } from "nodemailer";
import { z } from "zod";
import { mailTextsFor } from "../../texts/index.ts";
import type { Services } from "../services.ts";
import { calendarEntry } from "./calendar.ts";
import { type MailContent, renderHtml, renderText } from "./templates.ts";
import { when } from "./words.ts";

const Dates = z.array(
  z.object({ webinarId: z.string(), registrationId: z.string(), link: z.string(), manage: z.string() }),
);

/** Every date of a registration for several, with its own link, and an entry for each who has a place. */
export async function seriesParts(
  services: Services,
  mail: OutboxMail,
  content: MailContent,
): Promise<Pick<SendMailOptions, "text" | "html" | "attachments">> {
  const found = await Promise.all(
    Dates.parse(JSON.parse(mail.payload.dates ?? "[]")).map(async (date) => ({
      ...date,
      webinar: await findWebinar(services.db, date.webinarId),
      registration: await findRegistration(services.db, date.registrationId),
    })),
  );
  const dates = found
    .flatMap(({ webinar, registration, ...date }) =>
      webinar && registration && registration.status !== "cancelled"
        ? [{ ...date, webinar, registration }]
        : [],
    )
    .sort((one, other) => one.webinar.startsAt.getTime() - other.webinar.startsAt.getTime());
  const placed = dates.filter(({ registration }) => registration.status === "registered");
  const texts = mailTextsFor(dates[0]?.webinar.locale ?? "en");
  const list = dates.map(({ webinar, registration, link }) => {
    const { status } = registration;
    const note = status === "waitlisted" ? texts.waiting : status === "pending" ? texts.pending : "";
    const seated = status === "registered";
    return {
      text: note ? `${when(webinar)} – ${note}` : when(webinar),
      label: texts.kinds.confirmation.action,
      link: seated ? link : "",
    };
  });
  const links = dates[0] ? [{ label: texts.manage, link: dates[0].manage }, ...(content.links ?? [])] : [];
  const whole = { ...content, list, links, ...(placed.length > 0 ? { small: texts.attachedMany } : {}) };
  return {
    text: renderText(whole),
    html: renderHtml(whole),
    // An invitation tells of one UID only (RFC 5546 §3.2.2): one file for each date.
    attachments: placed.map(({ webinar, registration, link }, at) => ({
      filename: `date-${at + 1}.ics`,
      contentType: "text/calendar; charset=utf-8; method=REQUEST",
      content: calendarEntry(webinar, {
        attendee: { email: mail.recipient, name: registration.name },
        registration,
        link,
        organizer: services.config.MAIL_FROM,
        method: "REQUEST",
      }),
    })),
  };
}
