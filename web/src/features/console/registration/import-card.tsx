"use client";
import { WireError } from "@rostrum/protocol";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTRPC } from "../../../client/providers.tsx";
import type { ImportReport } from "../../../server/use-cases/import-registrations.ts";
import { Notice } from "../../../ui/notice.tsx";
import { WideRegion } from "../../../ui/wide-region.tsx";

type Order = { text: string; flags: string };

/** Send the file; what the server refuses is thrown with its own words. */
async function send(webinarId: string, { text, flags }: Order): Promise<ImportReport> {
  const response = await fetch(`/api/webinars/${webinarId}/registrations/import?${flags}`, {
    method: "POST",
    headers: { "content-type": "text/csv" },
    body: text,
  });
  const body: unknown = await response.json();
  if (response.ok) return body as ImportReport;
  const fault = WireError.safeParse((body as { error?: unknown }).error);
  throw new Error(fault.success ? fault.data.message : "The file could not be read.");
}

/** A list of people: looked through first, brought in after. */
export function ImportCard({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const fileId = useId();
  const [file, setFile] = useState<{ name: string; text: string }>();
  const run = useMutation({
    mutationFn: (order: Order) => send(webinarId, order),
    onSuccess: (report) => {
      if (!report.done) return;
      setFile(undefined);
      void client.invalidateQueries(trpc.registration.list.queryFilter({ webinarId }));
      void client.invalidateQueries(trpc.registration.rules.queryFilter({ webinarId }));
    },
  });
  const pick = async (chosen: File | undefined) => {
    run.reset();
    if (!chosen) return setFile(undefined);
    const picked = { name: chosen.name, text: await chosen.text() };
    setFile(picked);
    run.mutate({ text: picked.text, flags: "dryRun=1" });
  };
  const report = run.data;
  const people = report ? report.registered + report.waitlisted : 0;
  return (
    <section className="card stack" aria-labelledby="import">
      <h2 id="import">Bring a list</h2>
      <p className="help">
        A CSV with the columns email and name (or first name, last name); columns named like your questions
        fill the answers. Everybody is let in and gets a mail with their personal link.
      </p>
      <div className="field">
        <label htmlFor={fileId}>CSV file</label>
        <input
          className="input"
          id={fileId}
          type="file"
          accept=".csv,text/csv"
          key={report?.done ? "next" : "first"}
          onChange={(event) => void pick(event.target.files?.[0])}
        />
      </div>
      {run.isPending && <p role="status">Looking through the file…</p>}
      {run.isError && <Notice kind="bad">{run.error.message}</Notice>}
      {report?.done && (
        <Notice kind="good">
          {report.registered} registered{report.waitlisted > 0 && `, ${report.waitlisted} on the waitlist`}.
          Their mails are on the way.
        </Notice>
      )}
      {report && !report.done && file && (
        <>
          <Notice kind={report.faults.length > 0 ? "warn" : "good"}>
            {report.rows} rows: {report.registered} can be registered
            {report.waitlisted > 0 && `, ${report.waitlisted} would wait for a place`}
            {report.faults.length > 0 && `, ${report.faults.length} cannot`}.
            {report.ignored.length > 0 && ` Not used: ${report.ignored.join(", ")}.`}
          </Notice>
          {report.faults.length > 0 && (
            <WideRegion label="Faults of the list" className="faults">
              <table>
                <thead>
                  <tr>
                    <th scope="col">Row</th>
                    <th scope="col">Column</th>
                    <th scope="col">Fault</th>
                  </tr>
                </thead>
                <tbody>
                  {report.faults.map(({ row, column, message }) => (
                    <tr key={`${row}-${column}-${message}`}>
                      <td className="number">{row}</td>
                      <td>{column}</td>
                      <td style={{ whiteSpace: "normal" }}>{message}</td>
                    </tr>
                  ))}
                </tbody>
              </table>
            </WideRegion>
          )}
          <div>
            <button
              className="button primary"
              type="button"
              disabled={run.isPending || people === 0}
              onClick={() => run.mutate({ text: file.text, flags: "skipFaulty=1" })}
            >
              {report.faults.length > 0 ? `Leave those out and register ${people}` : `Register ${people}`}
            </button>
          </div>
        </>
      )}
    </section>
  );
}
