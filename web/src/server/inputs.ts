import { DisplayName, EntityId, limits } from "@rostrum/protocol";
import { z } from "zod";

/** Input schemas that several procedures share; texts are what people see beside the field. */
export const email = z
  .string()
  .trim()
  .max(254, "This address is too long.")
  .pipe(z.email("Enter an e-mail address, like ada@example.com."));
export const personName = DisplayName;
export const webinarId = EntityId;
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

/** One line of text for people: no control or direction-changing characters (CR and LF would reach mail headers). */
export const line = (max: number, name: string) =>
  z
    .string()
    .trim()
    .min(1, `Enter ${name}.`)
    .max(max, `Keep ${name} under ${max} characters.`)
    .regex(/^[^\p{Cc}\u202a-\u202e\u2066-\u2069]+$/u, "Contains characters that cannot be shown.");

/** Several lines. */
export const prose = (max: number, name: string) =>
  z
    .string()
    .trim()
    .max(max, `Keep ${name} under ${max} characters.`)
    .regex(
      /^(?:[^\p{Cc}\u202a-\u202e\u2066-\u2069]|[\n\r\t])*$/u,
      "Contains characters that cannot be shown.",
    );

const isTimeZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
};
export const timeZone = z.string().max(64).refine(isTimeZone, "Choose a time zone.");

export const smallRecord = z
  .record(z.string().max(64), z.string().max(500))
  .refine((record) => Object.keys(record).length <= 40, "Too many fields.")
  .default({});

export const questionText = line(limits.questionChars, "a question");
export const chatText = line(limits.chatChars, "a message");
export const pollText = line(limits.pollTextChars, "a text");
