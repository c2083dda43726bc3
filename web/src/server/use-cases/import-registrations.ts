import {
  emailKey,
  type FormField,
  type ImportRow,
  importRegistrations,
  listFormFields,
  type Webinar,
} from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { type CsvRow, faultOf, parseCsv, recoverText } from "@rostrum/rules";
import { answerChars, email, personName } from "../inputs.ts";
import { mintJoinMail } from "../join-mail.ts";
import type { Services } from "../services.ts";

/** A list of people, as a file. */
export const importBytes = 5 * 1024 * 1024;
const maxRows = 20_000;
/** More faults than anyone reads. */
const shownFaults = 200;

export type ImportFault = { row: number; column: string; message: string };
export type ImportReport = {
  /** Rows of people in the file. */
  rows: number;
  registered: number;
  waitlisted: number;
  faults: ImportFault[];
  /** Columns that mean nothing to the form. */
  ignored: string[];
  /** False when nothing was changed: a dry run, or faults. */
  done: boolean;
};

type Columns = {
  email: number;
  name: number;
  first: number;
  last: number;
  answers: { at: number; field: FormField }[];
  ignored: string[];
};

const simple = (text: string): string =>
  recoverText(text)
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, "");
const known = {
  email: ["email", "emailaddress", "mail"],
  name: ["name", "fullname", "username", "displayname"],
  first: ["firstname", "givenname"],
  last: ["lastname", "surname", "familyname"],
};

/** What each column is, by its header. Throws input.invalid without an address and a name. */
function readHeader(header: string[], fields: FormField[]): Columns {
  const find = (names: string[]) => header.findIndex((text) => names.includes(simple(text)));
  const at = {
    email: find(known.email),
    name: find(known.name),
    first: find(known.first),
    last: find(known.last),
  };
  if (at.email < 0)
    throw new RostrumError("input.invalid", 'The first line needs a column "email".', { field: "file" });
  if (at.name < 0 && at.first < 0)
    throw new RostrumError("input.invalid", 'The first line needs a column "name", or "first name".', {
      field: "file",
    });
  const used = new Set<number>(Object.values(at));
  const answers: Columns["answers"] = [];
  for (const field of fields) {
    const column = header.findIndex(
      (text, index) => !used.has(index) && simple(text) === simple(field.label),
    );
    if (column < 0) continue;
    used.add(column);
    answers.push({ at: column, field });
  }
  const ignored = header
    .filter((text, index) => !used.has(index) && text.trim() !== "")
    .map((text) => text.slice(0, 80));
  return { ...at, answers, ignored: ignored.slice(0, 40) };
}

/** One person, or what is wrong with the row. Questions that the list does not answer stay open. */
function readRow({ line, cells }: CsvRow, columns: Columns): ImportRow | ImportFault {
  const cell = (at: number) => recoverText(cells[at] ?? "").trim();
  const address = email.safeParse(cell(columns.email));
  if (!address.success)
    return { row: line, column: "email", message: address.error.issues[0]?.message ?? "Not an address." };
  const whole = columns.name >= 0 ? cell(columns.name) : "";
  const name = personName.safeParse(whole || `${cell(columns.first)} ${cell(columns.last)}`.trim());
  if (!name.success)
    return { row: line, column: "name", message: name.error.issues[0]?.message ?? "Not a name." };
  const answers: Record<string, string> = {};
  for (const { at, field } of columns.answers) {
    const answer = cell(at).slice(0, answerChars);
    if (!answer) continue;
    const fault = faultOf(field, answer);
    if (fault) return { row: line, column: field.label, message: fault };
    answers[field.id] = answer;
  }
  return { email: address.data, emailKey: emailKey(address.data), name: name.data, answers };
}

/**
 * Register a list of people from a CSV with a header. With a fault anywhere nothing is changed, unless faulty rows are to
 * be skipped; a dry run never changes anything. Rows are numbered as an editor numbers the file's lines.
 */
export async function importCsv(
  services: Services,
  webinar: Webinar,
  { text, dryRun, skipFaulty }: { text: string; dryRun: boolean; skipFaulty: boolean },
): Promise<ImportReport> {
  if (text.includes("\ufffd"))
    throw new RostrumError("input.invalid", 'The file is not UTF-8. In Excel, save it as "CSV UTF-8".', {
      field: "file",
    });
  const file = parseCsv(text, maxRows + 1);
  if ("fault" in file)
    throw new RostrumError("input.invalid", `Line ${file.line}: ${file.fault}`, { field: "file" });
  const [header, ...body] = file.rows;
  if (!header) throw new RostrumError("input.invalid", "The file is empty.", { field: "file" });
  const columns = readHeader(header.cells, await listFormFields(services.db, webinar.id));
  const faults: ImportFault[] = [];
  const lines = new Map<string, number>();
  const rows: ImportRow[] = [];
  for (const line of body) {
    const row = readRow(line, columns);
    const before = "emailKey" in row ? lines.get(row.emailKey) : undefined;
    if (!("emailKey" in row)) faults.push(row);
    else if (before !== undefined)
      faults.push({ row: line.line, column: "email", message: `The same address as in row ${before}.` });
    else {
      lines.set(row.emailKey, line.line);
      rows.push(row);
    }
  }
  const rehearse = (order: { rehearse: boolean }) =>
    importRegistrations(services.db, { webinarId: webinar.id, rows, ...order }, () => mintJoinMail(services));
  const trial = await rehearse({ rehearse: true });
  const about = (message: string) => (key: string) => ({
    row: lines.get(key) ?? 0,
    column: "email",
    message,
  });
  faults.push(...trial.duplicates.map(about("Registered already.")));
  faults.push(...trial.withoutSeat.map(about("There is no place left.")));
  faults.sort((a, b) => a.row - b.row);
  const go = !dryRun && (faults.length === 0 || skipFaulty);
  const { registered, waitlisted } = go ? await rehearse({ rehearse: false }) : trial;
  return {
    rows: body.length,
    registered,
    waitlisted,
    faults: faults.slice(0, shownFaults),
    ignored: columns.ignored,
    done: go,
  };
}
