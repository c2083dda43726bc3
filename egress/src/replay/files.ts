import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { extname } from "node:path";
import type { HttpContext } from "@rostrum/platform";

const types: Record<string, string> = {
  ".mp4": "video/mp4",
  ".m4s": "video/mp4",
  ".webm": "video/webm",
  ".mkv": "video/matroska",
  ".jpg": "image/jpeg",
};

/** Sends a file, or the range of it that was asked for. @returns false when there is none, and nothing was sent */
export async function sendFile(
  { request, response }: HttpContext,
  path: string,
  cache: string,
): Promise<boolean> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return null;
    throw error;
  });
  if (!found) return false;
  const { size } = found;
  const range = parseRange(request.headers.range, size);
  response.setHeader("content-type", types[extname(path)] ?? "application/octet-stream");
  response.setHeader("accept-ranges", "bytes");
  response.setHeader("cache-control", cache);
  if (range === "unsatisfiable") {
    response.writeHead(416, { "content-range": `bytes */${size}` }).end();
    return true;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.setHeader("content-length", end - start + 1);
  if (range) response.setHeader("content-range", `bytes ${start}-${end}/${size}`);
  response.writeHead(range ? 206 : 200);
  if (request.method === "HEAD") {
    response.end();
    return true;
  }
  const stream = createReadStream(path, { start, end });
  stream.on("error", () => response.destroy());
  response.on("close", () => stream.destroy());
  stream.pipe(response);
  return true;
}

/** A single byte range (RFC 9110 §14.2); null when there is none, or several, and the whole is sent. */
export function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | "unsatisfiable" | null {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return null;
  const [first, last] = [match[1] ?? "", match[2] ?? ""];
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(size - 1, Number(last));
  return start > end || start >= size ? "unsatisfiable" : { start, end };
}
