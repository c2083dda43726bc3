import {
  cancelRegistration,
  findRegistration,
  listRegistrations,
  type Registration as Row,
  registrationData,
  type Webinar,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import { describePeople } from "../exports/people.ts";
import { answers, consentVersion, email, prose, referrer, searchText, utm, visitorName } from "../inputs.ts";
import { mintJoinMail } from "../join-mail.ts";
import type { Services } from "../services.ts";
import { putOut } from "../use-cases/presence.ts";
import { decide } from "../use-cases/registration-rules.ts";
import { register } from "../use-cases/registrations.ts";
import { Attendance, Registration, registrationStatus } from "./resources.ts";
import { after, page, pageOf, paging, type Route, route } from "./route.ts";

const NewRegistration = z.strictObject({
  email,
  name: visitorName,
  answers: answers.describe("By the id of the form's field"),
  utm: utm.describe("utm_source and friends"),
  referrer: referrer.describe("The page they came from"),
  consentVersion: consentVersion.describe("The version of the text they agreed to, when there is one"),
});
const Reason = z.strictObject({ reason: prose(300, "the reason").default("") });

/** The registration, if it is one of this webinar's. */
async function found(services: Services, webinar: Webinar, id: string | undefined): Promise<Row> {
  const row = z.uuid().safeParse(id).success ? await findRegistration(services.db, id ?? "") : undefined;
  if (row?.webinarId !== webinar.id) throw new RostrumError("not-found", "There is no such registration.");
  return row;
}

const minutes = (ms: number): number => Math.round(ms / 600) / 100;
const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const one = "/webinars/{webinarId}/registrations/{registrationId}";

const deciding = (decision: "approve" | "deny"): Route =>
  route({
    method: "POST",
    path: `${one}/${decision}`,
    scope: "registrations:write",
    id: `${decision}Registration`,
    summary:
      decision === "approve"
        ? "Let somebody in; when all places are taken they join the waitlist. They are told"
        : "Refuse somebody; the reason is in their mail",
    body: Reason,
    status: 200,
    answer: Registration,
    handle: async ({ services, user, params, body, webinar }) => {
      const row = await found(services, await webinar(), params.registrationId);
      await decide(
        services,
        { user, webinar: await webinar() },
        { ids: [row.id], decision, reason: body.reason },
      );
      return registrationData(await found(services, await webinar(), row.id));
    },
  });

export const registrationRoutes: Route[] = [
  route({
    method: "GET",
    path: "/webinars/{webinarId}/registrations",
    scope: "registrations:read",
    id: "listRegistrations",
    summary: "Registrations in the order they came",
    query: paging.extend({
      status: registrationStatus.optional(),
      search: searchText.describe("Part of a name or an address"),
    }),
    status: 200,
    answer: pageOf(Registration),
    handle: async ({ services, webinar, query }) => {
      const rows = await listRegistrations(services.db, {
        webinarId: (await webinar()).id,
        limit: query.limit,
        ...(query.status ? { status: query.status } : {}),
        ...(query.search ? { search: query.search } : {}),
        ...after(query.cursor),
      });
      return page(rows, query.limit, registrationData);
    },
  }),
  route({
    method: "POST",
    path: "/webinars/{webinarId}/registrations",
    scope: "registrations:write",
    id: "createRegistration",
    summary:
      "Register somebody by the rules of the form: places, waitlist, approval, questions, consent. They get the same mails",
    body: NewRegistration,
    status: 201,
    answer: Registration,
    handle: async ({ services, webinar, body }) => {
      const { created, registration } = await register(services, await webinar(), { ...body, origin: "api" });
      if (!created)
        throw new RostrumError("registration.duplicate", "This address is registered already.", {
          field: "email",
        });
      return registrationData(registration);
    },
  }),
  route({
    method: "GET",
    path: one,
    scope: "registrations:read",
    id: "getRegistration",
    summary: "One registration",
    status: 200,
    answer: Registration,
    handle: async ({ services, webinar, params }) =>
      registrationData(await found(services, await webinar(), params.registrationId)),
  }),
  route({
    method: "POST",
    path: `${one}/cancel`,
    scope: "registrations:write",
    id: "cancelRegistration",
    summary: "Give the place back; whoever waits longest gets it. Doing it again changes nothing",
    body: Reason,
    status: 200,
    answer: Registration,
    handle: async ({ services, webinar, params, body }) => {
      const row = await found(services, await webinar(), params.registrationId);
      await cancelRegistration(
        services.db,
        { webinarId: row.webinarId, registrationId: row.id, reason: body.reason },
        () => mintJoinMail(services),
      );
      await putOut(services, await webinar(), [row.id]);
      return registrationData(await found(services, await webinar(), row.id));
    },
  }),
  deciding("approve"),
  deciding("deny"),
  route({
    method: "GET",
    path: "/webinars/{webinarId}/attendance",
    scope: "reports:read",
    id: "listAttendance",
    summary: "How each registrant attended, one truthful row each",
    query: paging,
    status: 200,
    answer: pageOf(Attendance),
    handle: async ({ services, webinar, query }) => {
      const row = await webinar();
      const source = { db: services.db, webinar: row, now: new Date() };
      const people = await describePeople(
        source,
        await listRegistrations(services.db, {
          webinarId: row.id,
          limit: query.limit,
          ...after(query.cursor),
        }),
      );
      return page(
        people,
        query.limit,
        ({ id, status, name, email: address, attendance, activity, score }) => ({
          registrationId: id,
          email: address,
          name,
          status,
          attended: attendance.joins > 0,
          joins: attendance.joins,
          firstJoinedAt: iso(attendance.firstJoinedAt),
          lastLeftAt: iso(attendance.lastLeftAt),
          minutesBefore: minutes(attendance.beforeMs),
          minutesWhileLive: minutes(attendance.duringMs),
          minutesAfter: minutes(attendance.afterMs),
          engagementScore: score,
          pollsAnswered: activity.pollsAnswered,
          questionsAsked: activity.questionsAsked,
        }),
      );
    },
  }),
];
