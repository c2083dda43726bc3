import { createServer, type IncomingMessage } from "node:http";

/**
 * An S3 server that also lists uploads in parts (ListMultipartUploads), which the one of the tests does not know: it stands
 * in front of that, passes everything on, and keeps the book of uploads that were begun and not ended.
 */
export async function withUploads(
  port: number,
): Promise<{ port: number; open: () => string[]; close: () => void }> {
  const uploads = new Map<string, { key: string; initiated: string }>();
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? "/", `http://127.0.0.1:${port}`);
    const key = decodeURIComponent(url.pathname.split("/").slice(2).join("/"));
    if (request.method === "GET" && key === "" && url.searchParams.has("uploads")) {
      response
        .setHeader("content-type", "application/xml")
        .end(listing(url.searchParams.get("prefix") ?? ""));
      return;
    }
    const answer = await passOn(request, url);
    const text = Buffer.from(await answer.arrayBuffer());
    const begun = /<UploadId>([^<]+)</.exec(text.toString())?.[1];
    if (request.method === "POST" && url.searchParams.has("uploads") && begun)
      uploads.set(begun, { key, initiated: new Date().toISOString() });
    const ended = url.searchParams.get("uploadId");
    if (ended && answer.ok && (request.method === "DELETE" || request.method === "POST"))
      uploads.delete(ended);
    for (const name of ["content-type", "content-length"]) {
      const value = answer.headers.get(name);
      if (value !== null) response.setHeader(name, value);
    }
    response.writeHead(answer.status);
    response.end(text);
  });
  const listing = (prefix: string): string => {
    const found = [...uploads].filter(([, { key }]) => key.startsWith(prefix));
    const entries = found.map(
      ([id, { key, initiated }]) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${initiated}</Initiated></Upload>`,
    );
    return `<?xml version="1.0" encoding="UTF-8"?><ListMultipartUploadsResult><IsTruncated>false</IsTruncated>${entries.join("")}</ListMultipartUploadsResult>`;
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address ? address.port : 0,
    open: () => [...uploads.values()].map(({ key }) => key),
    close: () => server.close(),
  };
}

async function passOn(request: IncomingMessage, url: URL): Promise<Response> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    typeof value === "string" && !["host", "connection", "content-length", "expect"].includes(name)
      ? [[name, value]]
      : [],
  );
  const method = request.method ?? "GET";
  const body = method === "GET" || method === "HEAD" ? null : Buffer.concat(chunks);
  return fetch(url, { method, headers, body });
}
