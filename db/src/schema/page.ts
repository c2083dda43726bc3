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

export type Speaker = { id: string; name: string; role: string; bio: string; picture: string | null };
/** `minute` from the start. */
export type AgendaItem = { id: string; minute: number; title: string; text: string };
/** What a webinar's public page shows besides its title and date; colours are `#rrggbb`, pictures ids. */
export type PublicPage = {
  accent: string | null;
  logo: string | null;
  cover: string | null;
  speakers: Speaker[];
  agenda: AgendaItem[];
};
/** What an organisation's webinars show when they choose nothing of their own. */
export type OrganisationBrand = { accent: string | null; logo: string | null };
/** A mail with places to fill in, `{{name}}`; paragraphs of `body` are lines. */
export type MailText = { subject: string; heading: string; body: string; action: string };
