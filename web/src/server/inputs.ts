import { DisplayName, limits } from "@rostrum/protocol";
import { fieldKinds } from "@rostrum/rules";
import { z } from "zod";

/** Input schemas that several procedures share; texts are what people see beside the field. */
export const email = z
  .string()
  .trim()
  .max(254, "This address is too long.")
  .pipe(z.email("Enter an e-mail address, like ada@example.com."));
/** Half a surrogate pair is no text: neither JSON nor the database takes it. */
const isText = (value: string): boolean => value.isWellFormed();
const noText = "Contains characters that cannot be shown.";

export const personName = DisplayName.refine(isText, noText);

/** The name of somebody who is not signed in: our mails to the address they give must not carry their links. */
export const visitorName = personName.refine(
  (name) => !/:\/\/|www\.|\bhttps?:/i.test(name),
  "Enter a name without a web address.",
);
export const webinarId = z.uuid("There is no such webinar.");
export const opaqueToken = z
  .string()
  .min(8)
  .max(200)
  .regex(/^[\w-]+$/, "This link is not complete.");
export const slug = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[a-z0-9-]+$/);

/** Dates of a series, by their pages. */
export const dates = z.array(slug).min(1, "Choose a date.").max(60).optional();

/** One line of text for people: no control or direction-changing characters (CR and LF would reach mail headers). */
export const line = (max: number, name: string) =>
  z
    .string()
    .trim()
    .min(1, `Enter ${name}.`)
    .max(max, `Keep ${name} under ${max} characters.`)
    .regex(/^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]+$/u, noText);

/** Several lines. */
export const prose = (max: number, name: string) =>
  z
    .string()
    .trim()
    .max(max, `Keep ${name} under ${max} characters.`)
    .regex(/^(?:[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]|[\n\r\t])*$/u, noText);

const isTimeZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};
export const timeZone = z.string().max(64).refine(isTimeZone, "Choose a time zone.");

/** A value of the kind that forms and links carry; may be empty. */
const value = z
  .string()
  .max(500)
  .regex(/^[^\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]*$/u, noText);
const isSmall = (record: Record<string, string>): boolean => Object.keys(record).length <= 40;
/** By the id of the form's field. */
export const answerChars = 2000;
export const answers = z
  .record(z.uuid(), prose(answerChars, "the answer"))
  .refine(isSmall, "Too many fields.")
  .default({});
/** Campaign parameters of the address somebody came by. */
export const utm = z
  .record(z.string().regex(/^utm_[a-z_]{1,40}$/, "Not a campaign parameter."), value)
  .refine(isSmall, "Too many fields.")
  .default({});

/** The page that linked here, as the browser tells it. */
export const referrer = value.default("");

/** The version of the text that somebody agreed to. */
export const consentVersion = z.number().int().min(1).max(100_000).optional();

/** E-mail domains of a rule: `example.com`, or `*.example.com` for every name below it. */
export const domains = z
  .array(
    z
      .string()
      .trim()
      .toLowerCase()
      .max(253)
      .regex(
        /^(?:\*\.)?(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.)+[\p{L}\p{N}-]{2,63}$/u,
        "Enter domains, like example.com.",
      ),
  )
  .max(200, "At most 200 domains.");

/** The questions of a form, as its host writes them. */
export const formFieldList = z
  .array(
    z.strictObject({
      id: z.uuid(),
      kind: z.enum(fieldKinds),
      label: line(200, "the question"),
      help: prose(300, "the help").default(""),
      options: z.array(line(120, "an option")).max(60, "At most 60 options.").default([]),
      required: z.boolean().default(false),
      showIf: z
        .strictObject({
          fieldId: z.uuid(),
          equals: z
            .string()
            .max(120)
            .regex(/^[^\p{Cc}\p{Cs}]*$/u, noText),
        })
        .nullable()
        .default(null),
    }),
  )
  .max(40, "At most 40 fields.");

/** For how long a recording is kept. */
export const recordingDays = z
  .number()
  .int()
  .min(1, "At least one day.")
  .max(3650, "At most ten years (3650 days).");

/** What to look for; anything that can be typed. */
export const searchText = z
  .string()
  .max(200)
  .regex(/^[^\p{Cc}\p{Cs}]*$/u, noText)
  .optional();

/** A time that a calendar and the database can hold, and that somebody may mean. */
export const startsAt = z
  .date()
  .min(new Date("2020-01-01"), "Choose a later date.")
  .max(new Date("2100-01-01"), "Choose an earlier date.");

/** Where the next page begins. */
export const pageCursor = z
  .strictObject({ createdAt: z.number().int().min(0).max(4_102_444_800_000), id: z.uuid() })
  .nullish();

export const rtmpUrl = z
  .string()
  .trim()
  .max(1024)
  .regex(/^rtmps?:\/\/[\x21-\x7e]+$/i, "Enter an rtmp:// or rtmps:// address with its stream key.");

/** What somebody types as a passcode, and what a host may choose. */
export const passcode = z.string().trim().max(100).optional();
export const newPasscode = line(100, "the passcode").pipe(z.string().min(4, "At least 4 characters."));

export const idempotencyKey = z.uuid().optional();

export const questionText = line(limits.questionChars, "a question");
export const chatText = line(limits.chatChars, "a message");
export const pollText = line(limits.pollTextChars, "a text");

/** Sites by their origin, as browsers tell it: scheme, host, port, nothing behind. */
export const siteOrigins = z
  .array(
    z
      .string()
      .trim()
      .max(260)
      .transform((text) => text.replace(/\/+$/, ""))
      .refine(
        (text) =>
          /^https?:\/\/[^\s'";,*]+$/.test(text) &&
          URL.canParse(text) &&
          new URL(text).origin === text.toLowerCase(),
        "Enter sites like https://www.example.com, without a path.",
      )
      .transform((text) => text.toLowerCase()),
  )
  .max(50, "At most 50 sites.")
  .transform((origins) => [...new Set(origins)]);
