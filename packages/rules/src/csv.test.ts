import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCsv } from "./csv.ts";

const rowsOf = (text: string): string[][] => {
  const file = parseCsv(text);
  if ("fault" in file) throw new Error(file.fault);
  return file.rows.map(({ cells }) => cells);
};

describe("a CSV", () => {
  it("is read as spreadsheets write it", () => {
    expect(rowsOf("\ufeffa,b\r\n1,2\r\n")).toEqual([
      ["a", "b"],
      ["1", "2"],
    ]);
    expect(rowsOf("a;b\n1,5;2")).toEqual([
      ["a", "b"],
      ["1,5", "2"],
    ]);
    expect(rowsOf("a\tb\r1\t")).toEqual([
      ["a", "b"],
      ["1", ""],
    ]);
    expect(rowsOf('a,"b ""x"", y"\n\n,,\n"l1\nl2",2')).toEqual([
      ["a", 'b "x", y'],
      ["l1\nl2", "2"],
    ]);
    expect(rowsOf("")).toEqual([]);
  });

  it("tells the line each row begins on", () => {
    const file = parseCsv('a,b\n"1\n2",x\n\n3,y\n');
    expect("rows" in file && file.rows.map(({ line }) => line)).toEqual([1, 2, 5]);
    expect(parseCsv('a\n"b')).toEqual({ fault: "A quote is opened and not closed.", line: 2 });
    expect(parseCsv('a\n"b"c')).toMatchObject({ line: 2 });
    expect(parseCsv("a\nb\nc", 2)).toMatchObject({ fault: "More than 1 rows." });
  });

  it("gives back what was written", () => {
    const cell = fc.string({ unit: fc.constantFrom("a", "é", '"', ",", ";", "\n", "\r\n", " ", "\t") });
    const table = fc
      .integer({ min: 1, max: 4 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { maxLength: 6 }));
    fc.assert(
      fc.property(table, (rows) => {
        const text = rows
          .map((row) => row.map((value) => `"${value.replaceAll('"', '""')}"`).join(","))
          .join("\r\n");
        expect(rowsOf(text)).toEqual(rows.filter((row) => row.some((value) => value !== "")));
      }),
    );
    fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => void parseCsv(text)));
  });
});
