/** The kinds of question a registration form can ask. */
export const fieldKinds = [
  "text",
  "long-text",
  "email",
  "phone",
  "country",
  "choice",
  "multi-choice",
  "number",
  "date",
  "consent",
] as const;
export type FieldKind = (typeof fieldKinds)[number];

export type ShowIf = { fieldId: string; equals: string };
export type Field = {
  id: string;
  kind: FieldKind;
  label: string;
  options: readonly string[];
  required: boolean;
  /** Asked only when an earlier question was answered so. */
  showIf: ShowIf | null;
};
export type Answers = Readonly<Record<string, string>>;

/** Between the choices of one answer; no option may contain it. */
export const choiceSeparator = "; ";
export const choicesOf = (answer: string): string[] => (answer === "" ? [] : answer.split(choiceSeparator));

/** The fields that are asked, given what was answered so far: a condition on a hidden field is never met. */
export function visibleFields<F extends Field>(fields: readonly F[], answers: Answers): F[] {
  const shown = new Map<string, F>();
  for (const field of fields) {
    const { showIf } = field;
    const other = showIf ? shown.get(showIf.fieldId) : undefined;
    const given = showIf ? (answers[showIf.fieldId]?.trim() ?? "") : "";
    const met = !showIf || (other !== undefined && choicesIn(other, given).includes(showIf.equals));
    if (met) shown.set(field.id, field);
  }
  return [...shown.values()];
}

const choicesIn = ({ kind }: Field, answer: string): string[] =>
  kind === "multi-choice" ? choicesOf(answer) : [answer];

const patterns: Partial<Record<FieldKind, [RegExp, string]>> = {
  email: [/^[^\s@]+@[^\s@]+\.[^\s@]+$/, "Enter an e-mail address, like ada@example.com."],
  phone: [/^\+?[\d\s().\-/]{5,30}$/, "Enter a telephone number, like +49 30 123456."],
  number: [/^-?\d{1,15}(?:[.,]\d{1,6})?$/, "Enter a number."],
  consent: [/^yes$/, 'Answer "yes" or leave it out.'],
};

/** Whether a `YYYY-MM-DD` is a day of the calendar. */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

/** What is wrong with an answer, for people; undefined when nothing is. */
export function faultOf(
  { kind, label, options, required }: Field,
  given: string | undefined,
): string | undefined {
  const answer = given?.trim() ?? "";
  if (!answer) return required ? `Please answer: ${label}`.slice(0, 300) : undefined;
  const [pattern, message] = patterns[kind] ?? [];
  if (pattern && !pattern.test(answer)) return message;
  if (kind === "date" && !isDay(answer)) return "Enter a date.";
  if (kind === "choice" && !options.includes(answer)) return "Choose one of the options.";
  if (kind === "multi-choice") {
    const chosen = choicesOf(answer);
    if (new Set(chosen).size !== chosen.length || !chosen.every((choice) => options.includes(choice)))
      return "Choose from the options.";
  }
  return undefined;
}

/** What is wrong with a form, at which field; undefined when it can be asked. */
export function formFault(fields: readonly Field[]): { at: number; message: string } | undefined {
  const before = new Map<string, Field>();
  for (const [at, field] of fields.entries()) {
    const { kind, options, showIf } = field;
    const chooses = kind === "choice" || kind === "multi-choice";
    if (before.has(field.id)) return { at, message: "This field is there twice." };
    if (chooses && new Set(options).size < 2) return { at, message: "Give at least two different options." };
    if (options.some((option) => option.includes(";")))
      return { at, message: "An option cannot contain a semicolon." };
    const other = showIf ? before.get(showIf.fieldId) : undefined;
    if (showIf && !other) return { at, message: "It can only depend on a question above it." };
    if (showIf && other && other.options.length > 0 && !other.options.includes(showIf.equals))
      return { at, message: "It depends on an option that is not there any more." };
    before.set(field.id, field);
  }
  return undefined;
}

/** The list with the entry at `from` moved to `to`. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, at) => at !== from);
  const entry = list[from];
  if (entry === undefined) return [...list];
  rest.splice(Math.max(0, Math.min(rest.length, to)), 0, entry);
  return rest;
}
