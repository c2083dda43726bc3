import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Field, faultOf, formFault, moved, visibleFields } from "./form.ts";

const field = (id: string, more: Partial<Field> = {}): Field => ({
  id,
  kind: "text",
  label: id,
  options: [],
  required: false,
  showIf: null,
  ...more,
});

describe("a form", () => {
  const role = field("role", { kind: "choice", options: ["Buyer", "Student"] });
  const topics = field("topics", {
    kind: "multi-choice",
    options: ["A", "B"],
    showIf: { fieldId: "role", equals: "Buyer" },
  });
  const why = field("why", { showIf: { fieldId: "topics", equals: "B" } });
  const shown = (answers: Record<string, string>) =>
    visibleFields([role, topics, why], answers).map(({ id }) => id);

  it("asks what the answers call for, and nothing below a question that is hidden", () => {
    expect(shown({})).toEqual(["role"]);
    expect(shown({ role: "Buyer" })).toEqual(["role", "topics"]);
    expect(shown({ role: "Buyer", topics: "A; B" })).toEqual(["role", "topics", "why"]);
    expect(shown({ role: "Student", topics: "B" })).toEqual(["role"]);
  });

  it("takes answers of their kind", () => {
    const check = (kind: Field["kind"], answer: string, options: string[] = []) =>
      faultOf(field("x", { kind, options }), answer) === undefined;
    expect(check("email", "ada@example.test")).toBe(true);
    expect(check("email", "ada")).toBe(false);
    expect(check("phone", "+49 (30) 123-456")).toBe(true);
    expect(check("phone", "call me")).toBe(false);
    expect(check("number", "-12,5")).toBe(true);
    expect(check("number", "1e9")).toBe(false);
    expect(check("date", "2028-02-29")).toBe(true);
    expect(check("date", "2027-02-29")).toBe(false);
    expect(check("choice", "A", ["A", "B"])).toBe(true);
    expect(check("choice", "C", ["A", "B"])).toBe(false);
    expect(check("multi-choice", "A; B", ["A", "B"])).toBe(true);
    expect(check("multi-choice", "A; A", ["A", "B"])).toBe(false);
    expect(check("consent", "no")).toBe(false);
    expect(faultOf(field("x", { required: true }), " ")).toMatch(/answer/);
  });

  it("is refused with the field at fault", () => {
    expect(formFault([role, topics, why])).toBeUndefined();
    expect(formFault([topics, role])).toMatchObject({ at: 0 });
    expect(formFault([field("c", { kind: "choice", options: ["A", "A"] })])).toMatchObject({ at: 0 });
    expect(formFault([role, field("d", { showIf: { fieldId: "role", equals: "Gone" } })])).toMatchObject({
      at: 1,
    });
    expect(formFault([role, role])).toMatchObject({ at: 1 });
  });

  it("is put in order without losing a field", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(99)), fc.nat(12), fc.nat(12), (list, from, to) => {
        const after = moved(list, from, to);
        expect([...after].sort()).toEqual([...list].sort());
        const entry = list[from];
        if (entry !== undefined) expect(after.indexOf(entry)).toBe(Math.min(to, list.length - 1));
      }),
    );
  });
});
