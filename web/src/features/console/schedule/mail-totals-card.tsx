"use client";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import { CheckField } from "../../../ui/check-field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { WideRegion } from "../../../ui/wide-region.tsx";
import { QueryFault } from "../query-fault.tsx";
import { mailNames } from "./mail-editor.tsx";

/** What became of all mails to registrants, and whether opening one is to be known. */
export function MailTotalsCard({ webinarId }: { webinarId: string }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const totals = useQuery(trpc.mail.totals.queryOptions({ webinarId }, { refetchInterval: 15_000 }));
  const setOpens = useMutation(
    trpc.mail.setOpens.mutationOptions({
      onSettled: () => void client.invalidateQueries(trpc.mail.totals.queryFilter({ webinarId })),
    }),
  );
  if (totals.isPending) return <p className="dim">Loading…</p>;
  if (totals.isError) return <QueryFault error={totals.error} />;
  const { kinds, bouncedAddresses, opens } = totals.data;
  const share = (part: number, whole: number) =>
    whole === 0 || part === 0 ? String(part) : `${part} (${Math.round((100 * part) / whole)} %)`;
  return (
    <section className="card stack" aria-labelledby="mail-totals">
      <h2 id="mail-totals">What became of the mails</h2>
      {bouncedAddresses > 0 && (
        <Notice kind="warn">
          {bouncedAddresses} {bouncedAddresses === 1 ? "address takes" : "addresses take"} no mail: nothing
          more is sent there. Mend them in the list of registrations.
        </Notice>
      )}
      {kinds.length === 0 ? (
        <p className="dim small">No mails in the last 30 days: older ones are forgotten.</p>
      ) : (
        <WideRegion label="Mails by kind, one row each">
          <table>
            <thead>
              <tr>
                {["Mail", "Sent", "Delivered", "Bounced", "Failed", "Opened", "Followed a link"].map(
                  (name) => (
                    <th key={name} scope="col">
                      {name}
                    </th>
                  ),
                )}
              </tr>
            </thead>
            <tbody>
              {kinds.map((one) => (
                <tr key={one.kind}>
                  <td>{mailNames[one.kind] ?? one.kind}</td>
                  <td className="number">
                    {one.sent}
                    {one.sent < one.queued && <span className="dim"> of {one.queued}</span>}
                  </td>
                  <td className="number">{one.delivered > 0 ? share(one.delivered, one.sent) : "–"}</td>
                  <td className="number">{one.bounced}</td>
                  <td className="number">{one.failed}</td>
                  <td className="number">
                    {opens || one.opened > 0 ? share(one.opened, one.sent) : "–"}
                    {one.proxyOpened > 0 && <div className="dim small">{one.proxyOpened} by proxies</div>}
                  </td>
                  <td className="number">{share(one.clicked, one.sent)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </WideRegion>
      )}
      <p className="help">
        Delivered is known where your mail provider tells Rostrum. A followed link is the button of the mail;
        robots and link previews do not count.
      </p>
      <CheckField
        label="Know when mails are opened"
        help="Puts an invisible picture into each mail, which tells who opened it and when: say so in your privacy notice. Many mail programs load pictures themselves or not at all; what is known to be a proxy is counted apart, and nobody's opening is certain."
        checked={opens}
        onChange={(on) => setOpens.mutate({ webinarId, on })}
      />
      {setOpens.error && <Notice kind="bad">{wireError(setOpens.error).message}</Notice>}
    </section>
  );
}
