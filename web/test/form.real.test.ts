import { randomUUID } from "node:crypto";
import { findWebinar, listRegistrations } from "@rostrum/db";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openExport } from "../src/server/exports/index.ts";
import {
  type Headers,
  hostHeaders,
  mutate,
  openServer,
  query,
  type Scheduled,
  type Stage,
  scheduleAs,
} from "./harness.ts";

let stage: Stage;
let host: Headers;
beforeAll(async () => {
  stage = await openServer();
  host = await hostHeaders(stage.services, "form@example.test");
});
afterAll(() => stage.close());

/** A form of its own: ids belong to one webinar. */
function newForm() {
  const [role, topics, why] = [randomUUID(), randomUUID(), randomUUID()];
  const fields = [
    { id: role, kind: "choice", label: "Role", options: ["Buyer", "Student"], required: true },
    {
      id: topics,
      kind: "multi-choice",
      label: "Topics",
      options: ["API", "Pricing"],
      required: true,
      showIf: { fieldId: role, equals: "Buyer" },
    },
    { id: why, kind: "long-text", label: "Why?", help: "In your words." },
  ];
  return { role, topics, why, fields };
}
const save = ({ id }: Scheduled, list: unknown[], headers = host) =>
  mutate("registration.saveForm", { webinarId: id, fields: list }, headers);
const submit = ({ slug }: Scheduled, email: string, answers: Record<string, string>) =>
  mutate("registration.submit", { slug, email, name: "Ada", answers });

it("asks what the host saved, in that order, and takes answers by its rules", async () => {
  const { role, topics, why, fields } = newForm();
  const webinar = await scheduleAs(host);
  await save(webinar, fields);
  await save(webinar, [fields[0], fields[2], fields[1]]);
  const page = (await query("webinar.bySlug", { slug: webinar.slug })).data as { fields: { id: string }[] };
  expect(page.fields.map(({ id }) => id)).toEqual([role, why, topics]);
  expect((await submit(webinar, "a@example.test", {})).refusal?.field).toBe(`answers.${role}`);
  expect((await submit(webinar, "a@example.test", { [role]: "Buyer" })).refusal?.field).toBe(
    `answers.${topics}`,
  );
  expect((await submit(webinar, "a@example.test", { [role]: "Other" })).refusal?.field).toBe(
    `answers.${role}`,
  );
  const buyer = { [role]: "Buyer", [topics]: "API; Pricing", [why]: "two\nlines" };
  expect((await submit(webinar, "a@example.test", buyer)).data).toEqual({ status: "registered" });
  // What was hidden in the end is not stored.
  await submit(webinar, "b@example.test", { [role]: "Student", [topics]: "API" });
  const rows = await listRegistrations(stage.services.db, { webinarId: webinar.id, limit: 9 });
  expect(rows.map(({ answers }) => answers)).toEqual([buyer, { [role]: "Student" }]);
});

it("keeps the answers to a question that is asked no more in the exports, and takes it back", async () => {
  const { role, topics, why, fields } = newForm();
  const webinar = await scheduleAs(host);
  await save(webinar, fields);
  await submit(webinar, "c@example.test", { [role]: "Student", [why]: "Because." });
  await save(webinar, [fields[0]]);
  expect((await submit(webinar, "d@example.test", { [role]: "Student", [why]: "x" })).refusal?.field).toBe(
    `answers.${why}`,
  );
  const row = await findWebinar(stage.services.db, webinar.id);
  if (!row) throw new Error("scheduled");
  const { body } = await openExport(stage.services, row, {
    kind: "registrants",
    format: "csv",
    layout: "tidy",
    bom: false,
  });
  const [header, line] = (await new Response(body).text()).split("\r\n");
  expect(header).toMatch(/,Role,Topics,Why\?$/);
  expect(line).toMatch(/,Student,,Because\.$/);
  expect((await save(webinar, fields)).data).toMatchObject({
    fields: [{ id: role }, { id: topics }, { id: why }],
  });
});

it("refuses a form that cannot be asked, at the field at fault, and another webinar's fields", async () => {
  const { fields } = newForm();
  const webinar = await scheduleAs(host);
  const other = await scheduleAs(host);
  await save(other, fields);
  expect((await save(webinar, fields)).refusal?.code).toBe("conflict");
  const id = randomUUID();
  expect((await save(webinar, [{ id, kind: "choice", label: "x", options: ["a"] }])).refusal?.field).toBe(
    "fields.0",
  );
  expect((await save(webinar, [{ id, kind: "text", label: "" }])).refusal?.field).toBe("fields.0.label");
  const backwards = { id, kind: "text", label: "x", showIf: { fieldId: randomUUID(), equals: "y" } };
  expect((await save(webinar, [backwards])).refusal?.field).toBe("fields.0");
  expect(
    (
      await save(
        webinar,
        Array.from({ length: 41 }, () => backwards),
      )
    ).refusal?.field,
  ).toBe("fields");
});
