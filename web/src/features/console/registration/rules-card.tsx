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

function placesIn({ registered, waitlisted, offered, unconfirmed }: Rules["counts"]): string {
  const kept = offered + unconfirmed;
  return `${registered} taken, ${kept > 0 ? `${kept} kept for an answer, ` : ""}${waitlisted} waiting.`;
}

/** How many places there are, who gets in, and what they agree to. */
export function RulesCard({ webinarId, saved }: { webinarId: string; saved: Rules }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [limit, setLimit] = useState(saved.registrationLimit === null ? "" : String(saved.registrationLimit));
  const [waitlist, setWaitlist] = useState(saved.waitlist);
  const [offer, setOffer] = useState(saved.offerHours === null ? "" : String(saved.offerHours));
  const [optIn, setOptIn] = useState(saved.doubleOptIn);
  const [confirmHours, setConfirmHours] = useState(String(saved.confirmHours));
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
      offerHours: offer.trim() === "" ? null : Number(offer),
      doubleOptIn: optIn,
      confirmHours: Number(confirmHours),
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
        help={`${placesIn(saved.counts)} Fewer places take nobody's away.`}
      />
      <CheckField
        label="When it is full, people may wait for a place"
        checked={waitlist}
        onChange={setWaitlist}
      />
      {waitlist && (
        <TextField
          label="Hours to take a place that becomes free"
          type="number"
          min={1}
          max={168}
          placeholder="Given at once"
          value={offer}
          onChange={(event) => setOffer(event.target.value)}
          fault={of("offerHours")}
          help="With hours: it is offered to who waits longest, and goes to the next when they do not take it. In the last three hours before the start it is given at once."
        />
      )}
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
      <CheckField
        label="A registration counts once its address is confirmed by a mailed link (double opt-in)"
        checked={optIn}
        onChange={setOptIn}
      />
      {optIn && (
        <TextField
          label="Hours to confirm"
          type="number"
          min={1}
          max={168}
          value={confirmHours}
          onChange={(event) => setConfirmHours(event.target.value)}
          fault={of("confirmHours")}
          help="A place is kept as long. After half of the time there is one reminder; who does not confirm is deleted."
        />
      )}
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
