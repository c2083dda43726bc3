"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import type { AppRouter } from "../../../server/routers/index.ts";
import { CheckField } from "../../../ui/check-field.tsx";
import { TextArea, TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { SelectField } from "../../../ui/select-field.tsx";

type Rules = inferRouterOutputs<AppRouter>["registration"]["rules"];

const approvals = [
  { value: "approve", name: "Everybody is let in" },
  { value: "review", name: "I look at each one" },
  { value: "deny", name: "Nobody but the admitted domains" },
];
const listOf = (text: string): string[] => text.split(/[\s,;]+/).filter(Boolean);

/** How many places there are, who gets in, and what they agree to. */
export function RulesCard({ webinarId, saved }: { webinarId: string; saved: Rules }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [limit, setLimit] = useState(saved.registrationLimit === null ? "" : String(saved.registrationLimit));
  const [waitlist, setWaitlist] = useState(saved.waitlist);
  const [approval, setApproval] = useState<Rules["approval"]>(saved.approval);
  const [allowed, setAllowed] = useState(saved.allowedDomains.join(", "));
  const [blocked, setBlocked] = useState(saved.blockedDomains.join(", "));
  const [consent, setConsent] = useState(saved.consentText);
  const save = useMutation(
    trpc.registration.setRules.mutationOptions({
      onSuccess: () => {
        void client.invalidateQueries(trpc.registration.rules.queryFilter({ webinarId }));
        void client.invalidateQueries(trpc.registration.list.queryFilter({ webinarId }));
      },
    }),
  );
  const fault = save.error ? wireError(save.error) : undefined;
  const of = (field: string) => (fault?.field?.startsWith(field) ? fault.message : undefined);
  const submit = () =>
    save.mutate({
      webinarId,
      registrationLimit: limit.trim() === "" ? null : Number(limit),
      waitlist,
      approval,
      allowedDomains: listOf(allowed),
      blockedDomains: listOf(blocked),
      consentText: consent,
    });
  return (
    <form
      className="card stack"
      noValidate
      aria-labelledby="rules"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h2 id="rules">Rules</h2>
      {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
      {save.isSuccess && (
        <Notice kind="good">
          Saved.{save.data.promoted > 0 && ` ${save.data.promoted} moved up from the waitlist.`}
        </Notice>
      )}
      <TextField
        label="Places"
        type="number"
        min={1}
        placeholder="No limit"
        value={limit}
        onChange={(event) => setLimit(event.target.value)}
        fault={of("registrationLimit")}
        help={`${saved.counts.registered} taken, ${saved.counts.waitlisted} waiting. Fewer places take nobody's away.`}
      />
      <CheckField
        label="When it is full, people may wait for a place"
        checked={waitlist}
        onChange={setWaitlist}
      />
      <SelectField
        label="Who gets in"
        choices={approvals}
        value={approval}
        onChange={(event) => setApproval(event.target.value as Rules["approval"])}
      />
      <TextField
        label="Admitted e-mail domains"
        placeholder="acme.com, *.university.edu"
        value={allowed}
        onChange={(event) => setAllowed(event.target.value)}
        fault={of("allowedDomains")}
        help="Let in at once, whatever else is set."
      />
      <TextField
        label="Refused e-mail domains"
        placeholder="competitor.com"
        value={blocked}
        onChange={(event) => setBlocked(event.target.value)}
        fault={of("blockedDomains")}
      />
      <TextArea
        label="Text to agree to"
        value={consent}
        maxLength={2000}
        onChange={(event) => setConsent(event.target.value)}
        fault={of("consentText")}
        help={
          saved.consentVersion === null
            ? "Empty: nothing is asked. A changed text is a new version; what somebody agreed to, and when, is in the export."
            : `Version ${saved.consentVersion}. A changed text is a new version; what somebody agreed to, and when, is in the export.`
        }
      />
      <div>
        <button className="button primary" type="submit" disabled={save.isPending}>
          Save rules
        </button>
      </div>
    </form>
  );
}
