/**
 * Text that a spreadsheet program would run as a formula when it opens a CSV: it begins with one of these, perhaps behind
 * blanks (OWASP "CSV injection"; the full-width forms are folded by East Asian versions).
 */
const runs = /^'*\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;
/** A signed number or an E.164 telephone number runs nothing: it stays what it is. */
const plainNumber = /^[+-]\d{1,15}(?:[.,]\d{1,15})?$/;
const escaped = /^'+\s*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]/;

/** The text as it may stand in a CSV: one apostrophe in front of what would run. `recoverText` gives it back exactly. */
export const neutraliseText = (text: string): string =>
  runs.test(text) && !plainNumber.test(text) ? `'${text}` : text;

/** The text behind a cell of an export: the inverse of `neutraliseText`. */
export const recoverText = (cell: string): string => (escaped.test(cell) ? cell.slice(1) : cell);
