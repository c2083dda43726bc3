import { sql } from "drizzle-orm";
import { check, customType, index, integer, pgTable, text, uuid } from "drizzle-orm/pg-core";
import { organisations } from "./account.ts";
import { createdAt, id } from "./columns.ts";

const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });

/**
 * Pictures that hosts uploaded, encoded anew and small: they are stored, backed up and forgotten with what shows them. A
 * picture never changes; another one is another row.
 */
export const pictures = pgTable(
  "pictures",
  {
    id: id(),
    organisationId: uuid("organisation_id")
      .notNull()
      .references(() => organisations.id, { onDelete: "cascade" }),
    kind: text("kind", { enum: ["logo", "cover", "portrait"] }).notNull(),
    contentType: text("content_type").notNull(),
    width: integer("width").notNull(),
    height: integer("height").notNull(),
    bytes: bytes("bytes").notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    index("pictures_organisation").on(table.organisationId),
    check("pictures_kind", sql`${table.kind} in ('logo', 'cover', 'portrait')`),
    check("pictures_size", sql`octet_length(${table.bytes}) between 1 and 1048576`),
  ],
);
