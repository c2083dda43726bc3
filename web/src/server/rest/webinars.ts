import {
  listPolls,
  listQuestionPage,
  listWebinarPage,
  pollData,
  type Webinar as Row,
  webinarData,
} from "@rostrum/db";
import { z } from "zod";
import { line, prose, startsAt, timeZone } from "../inputs.ts";
import { publicForm } from "../use-cases/public-form.ts";
import { callOff, changeWebinar, scheduleWebinar } from "../use-cases/webinars.ts";
import { Form, Poll, Question, Webinar } from "./resources.ts";
import { after, page, pageOf, paging, type Route, route } from "./route.ts";

const phase = z.enum(["draft", "scheduled", "green-room", "live", "ended"]);

const time = z.iso
  .datetime({ offset: true, message: "Write the time like 2027-03-01T15:00:00Z." })
  .transform((text) => new Date(text))
  .pipe(startsAt);
const minutes = z.int().min(5, "At least 5 minutes.").max(1440, "At most a day.");

const NewWebinar = z.strictObject({
  title: line(200, "a title"),
  description: prose(5000, "the description").default(""),
  startsAt: time,
  durationMinutes: minutes,
  timeZone: timeZone.describe("IANA name, e.g. Europe/Berlin"),
  seats: z.int().min(0).max(100_000).default(1000).describe("Interactive seats"),
});
const WebinarChange = z.strictObject({
  title: line(200, "a title").optional(),
  description: prose(5000, "the description").optional(),
  startsAt: time.optional(),
  durationMinutes: minutes.optional(),
  timeZone: timeZone.optional(),
});

const show = (publicUrl: string) => (row: Row) => ({
  ...webinarData(row),
  seats: row.seats,
  registrationLimit: row.registrationLimit,
  registrationUrl: `${publicUrl}/w/${row.slug}`,
  createdAt: row.createdAt.toISOString(),
});

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString());

const given = <T extends object>(change: T): Partial<T> =>
  Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<T>;

export const webinarRoutes: Route[] = [
  route({
    method: "GET",
    path: "/webinars",
    scope: "webinars:read",
    id: "listWebinars",
    summary: "Webinars, newest first",
    query: paging.extend({ phase: phase.optional() }),
    status: 200,
    answer: pageOf(Webinar),
    handle: async ({ services, user, query }) => {
      const rows = await listWebinarPage(services.db, user.organisationId, {
        limit: query.limit,
        ...(query.phase ? { phase: query.phase } : {}),
        ...after(query.cursor),
      });
      return page(rows, query.limit, show(services.config.PUBLIC_URL));
    },
  }),
  route({
    method: "POST",
    path: "/webinars",
    scope: "webinars:write",
    id: "createWebinar",
    summary: "Schedule a webinar; whoever made the key hosts it",
    body: NewWebinar,
    status: 201,
    answer: Webinar,
    handle: async ({ services, user, body }) =>
      show(services.config.PUBLIC_URL)(await scheduleWebinar(services, user, body)),
  }),
  route({
    method: "GET",
    path: "/webinars/{webinarId}",
    scope: "webinars:read",
    id: "getWebinar",
    summary: "One webinar",
    status: 200,
    answer: Webinar,
    handle: async ({ services, webinar }) => show(services.config.PUBLIC_URL)(await webinar()),
  }),
  route({
    method: "PATCH",
    path: "/webinars/{webinarId}",
    scope: "webinars:write",
    id: "updateWebinar",
    summary: "Change what is given, until it begins; registrants are told of what their calendars must know",
    body: WebinarChange,
    status: 200,
    answer: Webinar,
    handle: async ({ services, user, webinar, body }) => {
      const row = await webinar();
      const { title, description, startsAt: start, durationMinutes, timeZone: zone } = row;
      const before = { title, description, startsAt: start, durationMinutes, timeZone: zone };
      const changed = await changeWebinar(services, { user, webinar: row }, { ...before, ...given(body) });
      return show(services.config.PUBLIC_URL)(changed);
    },
  }),
  route({
    method: "POST",
    path: "/webinars/{webinarId}/cancel",
    scope: "webinars:write",
    id: "cancelWebinar",
    summary: "Call it off before it begins; registrants are told. Doing it again changes nothing",
    status: 200,
    answer: Webinar,
    handle: async ({ services, user, webinar }) =>
      show(services.config.PUBLIC_URL)(await callOff(services, { user, webinar: await webinar() })),
  }),
  route({
    method: "GET",
    path: "/webinars/{webinarId}/form",
    scope: "webinars:read",
    id: "getForm",
    summary: "What its registration form asks",
    status: 200,
    answer: Form,
    handle: async ({ services, webinar }) => {
      const { asksPasscode: _asked, window, ...form } = await publicForm(services, await webinar());
      return { ...form, opensAt: iso(window.opensAt), closesAt: iso(window.closesAt) };
    },
  }),
  route({
    method: "GET",
    path: "/webinars/{webinarId}/questions",
    scope: "reports:read",
    id: "listQuestions",
    summary: "Questions of the audience, oldest first",
    query: paging,
    status: 200,
    answer: pageOf(Question),
    handle: async ({ services, webinar, query }) => {
      const { id } = await webinar();
      const rows = await listQuestionPage(services.db, id, { limit: query.limit, ...after(query.cursor) });
      return page(rows, query.limit, ({ createdAt, askedAt, answeredAt, ...question }) => ({
        ...question,
        askedAt: createdAt.toISOString(),
        answeredAt: answeredAt === null ? null : new Date(answeredAt).toISOString(),
      }));
    },
  }),
  route({
    method: "GET",
    path: "/webinars/{webinarId}/polls",
    scope: "reports:read",
    id: "listPolls",
    summary: "Polls with their results, all on one page",
    status: 200,
    answer: pageOf(Poll),
    handle: async ({ services, webinar }) => ({
      data: (await listPolls(services.db, (await webinar()).id)).map(pollData),
      nextCursor: null,
    }),
  }),
];
