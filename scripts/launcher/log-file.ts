import { closeSync, existsSync, fstatSync, openSync, readSync, renameSync, statSync } from "node:fs";
import { lastLines } from "./run-command.ts";

const MAX_BYTES = 20 * 1024 * 1024;

/** Open for appending; one older file is kept as `.1` when this one has grown. */
export function openLog(file: string): number {
  if (existsSync(file) && statSync(file).size > MAX_BYTES) renameSync(file, `${file}.1`);
  return openSync(file, "a", 0o640);
}

/** The last lines of a log, indented, short enough for a terminal. */
export function tailOf(file: string, lines: number, fromByte = 0): string {
  const fd = openSync(file, "r");
  try {
    const { size } = fstatSync(fd);
    const start = Math.max(fromByte, size - 16_384);
    const buffer = Buffer.alloc(Math.max(0, size - start));
    readSync(fd, buffer, 0, buffer.length, start);
    return lastLines(buffer.toString("utf8"), lines);
  } finally {
    closeSync(fd);
  }
}
