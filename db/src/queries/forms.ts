import { and, asc, eq, inArray, isNull, notInArray, sql } from "drizzle-orm";
import type { Executor } from "../client.ts";
import { formFields, forms } from "../schema/index.ts";

export type FormField = Pick<
  typeof formFields.$inferSelect,
  "id" | "kind" | "label" | "options" | "required" | "help" | "showIf"
>;

/** What the registration form asks besides name and address; with `archived` also what it asked once, behind the rest. */
export async function listFormFields(
  db: Executor,
  webinarId: string,
  { archived = false }: { archived?: boolean } = {},
): Promise<FormField[]> {
  return db
    .select({
      id: formFields.id,
      kind: formFields.kind,
      label: formFields.label,
      options: formFields.options,
      required: formFields.required,
      help: formFields.help,
      showIf: formFields.showIf,
    })
    .from(formFields)
    .innerJoin(forms, eq(forms.id, formFields.formId))
    .where(and(eq(forms.webinarId, webinarId), archived ? undefined : isNull(formFields.archivedAt)))
    .orderBy(sql`${formFields.archivedAt} is not null`, asc(formFields.position), asc(formFields.id));
}

/**
 * Replace the form. A field keeps its answers under its id; one that is left out is asked no more and kept, so that what
 * people answered stays in the exports. Answers false when an id belongs to another webinar's form.
 */
export async function saveForm(db: Executor, webinarId: string, fields: FormField[]): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.insert(forms).values({ webinarId }).onConflictDoNothing();
    const [form] = await tx
      .select({ id: forms.id })
      .from(forms)
      .where(eq(forms.webinarId, webinarId))
      .for("update");
    if (!form) throw new Error("the form vanished");
    const ids = fields.map(({ id }) => id);
    const known =
      ids.length === 0 ? [] : await tx.select().from(formFields).where(inArray(formFields.id, ids));
    if (known.some(({ formId }) => formId !== form.id)) return false;
    await tx
      .update(formFields)
      .set({ archivedAt: sql`coalesce(${formFields.archivedAt}, now())` })
      .where(
        and(eq(formFields.formId, form.id), ids.length === 0 ? undefined : notInArray(formFields.id, ids)),
      );
    for (const [position, field] of fields.entries()) {
      const { id, ...values } = field;
      const row = { ...values, position, archivedAt: null };
      await tx
        .insert(formFields)
        .values({ id, formId: form.id, ...row })
        .onConflictDoUpdate({ target: formFields.id, set: row });
    }
    return true;
  });
}
