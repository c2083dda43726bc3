import { index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { createdAt, id } from "./columns.ts";

/** Who did what. Never changed, never holds secrets. */
export const audit = pgTable(
  "audit",
  {
    id: id(),
    organisationId: uuid("organisation_id"),
    actorId: uuid("actor_id"),
    action: text("action").notNull(),
    subject: text("subject").notNull(),
    details: jsonb("details").$type<Record<string, unknown>>().notNull().default({}),
    createdAt: createdAt(),
  },
  (table) => [index("audit_organisation").on(table.organisationId, table.createdAt)],
);
