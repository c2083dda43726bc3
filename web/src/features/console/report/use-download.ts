"use client";
import { WireError } from "@rostrum/protocol";
import { useCallback, useRef, useState } from "react";

type State =
  | { kind: "idle" }
  | { kind: "running"; name: string; bytes: number }
  | { kind: "done"; name: string }
  | { kind: "failed"; message: string };

const filenameOf = (response: Response): string =>
  /filename="([^"]+)"/.exec(response.headers.get("content-disposition") ?? "")?.[1] ?? "export";

/** Why the server refused, in its own words. */
async function refusalOf(response: Response): Promise<string> {
  const body: unknown = await response.json().catch(() => null);
  const parsed = WireError.safeParse((body as { error?: unknown } | null)?.error);
  return parsed.success ? parsed.data.message : "The export failed. Please try again.";
}

/** Hand the bytes to the browser's downloads. */
function save(chunks: Uint8Array<ArrayBuffer>[], type: string, name: string): void {
  const url = URL.createObjectURL(new Blob(chunks, { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A large file that is seen to come, and can be called off. */
export function useDownload() {
  const [state, setState] = useState<State>({ kind: "idle" });
  const running = useRef<AbortController>(undefined);

  const cancel = useCallback(() => {
    running.current?.abort();
    running.current = undefined;
    setState((current) => (current.kind === "running" ? { kind: "idle" } : current));
  }, []);

  const start = useCallback((href: string, name: string) => {
    running.current?.abort();
    const control = new AbortController();
    running.current = control;
    const fetchAll = async () => {
      const response = await fetch(href, { signal: control.signal });
      if (!response.ok || !response.body)
        return setState({ kind: "failed", message: await refusalOf(response) });
      const chunks: Uint8Array<ArrayBuffer>[] = [];
      let bytes = 0;
      const reader = response.body.getReader();
      for (;;) {
        const { done, value } = await reader.read();
        if (done) break;
        chunks.push(value);
        bytes += value.length;
        setState({ kind: "running", name, bytes });
      }
      save(chunks, response.headers.get("content-type") ?? "", filenameOf(response));
      setState({ kind: "done", name });
    };
    setState({ kind: "running", name, bytes: 0 });
    fetchAll().catch(() => {
      if (!control.signal.aborted)
        setState({ kind: "failed", message: "The connection was lost. Please try again." });
    });
  }, []);

  return { state, start, cancel };
}
