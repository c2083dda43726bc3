import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const source = path.join(import.meta.dirname, "..");
/** Rooms whose words all come from the catalogue; the console follows room by room. */
const rooms = ["account", "check", "encoders", "landing", "register", "replay", "room", "studio"]
  .map((room) => `features/${room}`)
  .concat("ui", "app", "client");
const notYet = /^app\/console\//;

/** Attributes and properties that people read or hear. */
const spokenNames = new Set(
  [
    "alt",
    "aria-label",
    "aria-description",
    "aria-roledescription",
    "aria-valuetext",
    "confirm",
    "help",
  ].concat(["label", "placeholder", "text", "title", "what"]),
);
/** Properties of that name hold keys as well. */
const oftenKeys = new Set(["text", "what"]);
/** Names that are the same in every language. */
const names = new Set(["Rostrum", "Google", "Outlook", "Microsoft 365", "Yahoo"]);

const isSpoken = (property: string): boolean => spokenNames.has(property) && !oftenKeys.has(property);
const words = (text: string): boolean => /\p{L}{2}/u.test(text) && !names.has(text.trim());

/** Operators that show either side. */
const joins: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.PlusToken,
]);

/** What a node says by itself: a literal, or the literals that an expression chooses between. */
function literalsOf(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node))
    return [node.head, ...node.templateSpans.map(({ literal }) => literal)].map(({ text }) => text);
  if (ts.isConditionalExpression(node)) return [...literalsOf(node.whenTrue), ...literalsOf(node.whenFalse)];
  if (ts.isBinaryExpression(node)) {
    const kind = node.operatorToken.kind;
    if (kind === ts.SyntaxKind.AmpersandAmpersandToken) return literalsOf(node.right);
    return joins.has(kind) ? [...literalsOf(node.left), ...literalsOf(node.right)] : [];
  }
  if (ts.isParenthesizedExpression(node)) return literalsOf(node.expression);
  if (ts.isJsxExpression(node)) return node.expression ? literalsOf(node.expression) : [];
  return [];
}

/** Words of a component that a reader meets and that are not from the catalogue. */
function strayWords(code: string, file = "component.tsx"): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxElement(node) && node.openingElement.tagName.getText() === "style") return;
    if (ts.isJsxText(node)) found.push(node.text.trim());
    else if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent)) found.push(...literalsOf(node));
    else if (ts.isJsxAttribute(node) && spokenNames.has(node.name.getText()) && node.initializer)
      found.push(...literalsOf(node.initializer));
    else if (ts.isPropertyAssignment(node) && isSpoken(node.name.getText()))
      found.push(...literalsOf(node.initializer));
    else if (ts.isCallExpression(node) && /^set\w*Fault$/.test(node.expression.getText()))
      found.push(...node.arguments.flatMap(literalsOf));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX));
  return found.filter(words);
}

const files = rooms.flatMap((room) =>
  readdirSync(path.join(source, room), { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !/\.test\.ts$|route\.tsx?$/.test(file))
    .map((file) => `${room}/${file}`)
    .filter((file) => !notYet.test(file)),
);

it("finds words wherever a reader would meet them", () => {
  const code =
    "const x = { label: 'Some tab', key: 'some-tab' }; const C = () => <p title='Over it' className='not me'>Words {late ? 'too late' : `in ${n} minutes`}{text}</p>";
  expect(strayWords(code)).toEqual(["Some tab", "Over it", "Words", "too late", "in ", " minutes"]);
});

it.each(files)("%s takes its words from the catalogue", (file) => {
  expect(strayWords(readFileSync(path.join(source, file), "utf8"), file)).toEqual([]);
});
