import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import type { HttpContext } from "@rostrum/platform";

/** Sends a finished file, or the range of it that was asked for. */
export async function sendRecording({ request, response }: HttpContext, path: string): Promise<void> {
  const { size } = await stat(path);
  const range = parseRange(request.headers.range, size);
  response.setHeader("content-type", "video/mp4");
  response.setHeader("accept-ranges", "bytes");
  response.setHeader("cache-control", "private, max-age=3600");
  if (range === "unsatisfiable") {
    response.writeHead(416, { "content-range": `bytes */${size}` }).end();
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.setHeader("content-length", end - start + 1);
  if (range) response.setHeader("content-range", `bytes ${start}-${end}/${size}`);
  response.writeHead(range ? 206 : 200);
  if (request.method === "HEAD") {
    response.end();
    return;
  }
  const stream = createReadStream(path, { start, end });
  stream.on("error", () => response.destroy());
  response.on("close", () => stream.destroy());
  stream.pipe(response);
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
