import { randomUUID } from "node:crypto";
import {
  addDestination,
  type Blueprint,
  currentConsent,
  type Executor,
  type FormField,
  insertWebinar,
  listCampaigns,
  listDestinations,
  listFormFields,
  saveConsentText,
  saveForm,
  saveMailPlan,
  type User,
  type Webinar,
} from "@rostrum/db";
import { describeMailPlan } from "../mail-plan.ts";
import type { Services } from "../services.ts";
import { slugFor } from "./webinars.ts";

/** A webinar without its date and its people. */
export async function blueprintOf(services: Services, webinar: Webinar): Promise<Blueprint> {
  const { db } = services;
  const [consent, fields, campaigns, destinations] = await Promise.all([
    currentConsent(db, webinar.id),
    listFormFields(db, webinar.id),
    listCampaigns(db, webinar.id),
    listDestinations(db, webinar.id),
  ]);
  const { title, description, durationMinutes, timeZone, seats, locale, visibility, page, mailTexts } =
    webinar;
  const { registrationClosesAfter, passcodeHash, passcodeAt, passcodeInLinks } = webinar;
  const {
    registrationLimit,
    waitlist,
    offerHours,
    doubleOptIn,
    confirmHours,
    approval,
    allowedDomains,
    blockedDomains,
  } = webinar;
  return {
    title,
    description,
    durationMinutes,
    timeZone,
    seats,
    locale,
    visibility,
    page,
    mailTexts,
    rules: {
      registrationLimit,
      waitlist,
      offerHours,
      doubleOptIn,
      confirmHours,
      registrationClosesAfter,
      passcodeHash,
      passcodeAt,
      passcodeInLinks,
      approval,
      allowedDomains,
      blockedDomains,
      consentText: consent?.text ?? "",
    },
    fields,
    mails: describeMailPlan(campaigns),
    destinations: destinations.map(({ label, url }) => ({ label, url })),
  };
}

/** What of a webinar a copy begins with. */
export const parts = ["page", "form", "rules", "mails", "destinations"] as const;
export type Part = (typeof parts)[number];

const blank = { accent: null, logo: null, cover: null, speakers: [], agenda: [] };
const openRules: Blueprint["rules"] = {
  registrationLimit: null,
  waitlist: true,
  offerHours: null,
  approval: "approve",
  allowedDomains: [],
  blockedDomains: [],
  consentText: "",
};

/** A blueprint with only these parts; the rest as in a new webinar. */
export const taking = (blueprint: Blueprint, taken: readonly Part[]): Blueprint => ({
  ...blueprint,
  page: taken.includes("page") ? blueprint.page : blank,
  fields: taken.includes("form") ? blueprint.fields : [],
  rules: taken.includes("rules") ? blueprint.rules : openRules,
  mailTexts: taken.includes("mails") ? blueprint.mailTexts : {},
  mails: taken.includes("mails") ? blueprint.mails : { reminders: [1440, 60], followUp: null },
  destinations: taken.includes("destinations") ? blueprint.destinations : [],
});

/** The questions under ids of their own: an answer belongs to one webinar's question. */
function freshFields(fields: Blueprint["fields"]): FormField[] {
  const ids = new Map(fields.map(({ id }) => [id, randomUUID()]));
  const fresh = (id: string) => ids.get(id) ?? randomUUID();
  return fields.map((field) => ({
    ...field,
    kind: field.kind as FormField["kind"],
    id: fresh(field.id),
    showIf: field.showIf && { ...field.showIf, fieldId: fresh(field.showIf.fieldId) },
  }));
}

type Order = { blueprint: Blueprint; startsAt: Date; seriesId?: string };

/** A webinar like the blueprint on a date of its own. Call inside a transaction where several belong together. */
export async function buildWebinar(db: Executor, user: User, order: Order): Promise<Webinar> {
  const { blueprint, startsAt, seriesId } = order;
  const { rules, fields, mails, destinations, ...columns } = blueprint;
  const { consentText, ...seatRules } = rules;
  return db.transaction(async (tx) => {
    const webinar = await insertWebinar(tx, {
      ...columns,
      ...seatRules,
      startsAt,
      organisationId: user.organisationId,
      hostId: user.id,
      slug: slugFor(blueprint.title),
      ...(seriesId ? { seriesId } : {}),
    });
    if (consentText) await saveConsentText(tx, webinar.id, consentText);
    if (fields.length > 0) await saveForm(tx, webinar.id, freshFields(fields));
    await saveMailPlan(tx, webinar.id, mails);
    for (const destination of destinations)
      await addDestination(tx, { webinarId: webinar.id, ...destination });
    return webinar;
  });
}
