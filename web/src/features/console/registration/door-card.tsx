"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useState } from "react";
import { wireError } from "../../../client/api.ts";
import { useTRPC } from "../../../client/providers.tsx";
import type { AppRouter } from "../../../server/routers/index.ts";
import { CheckField } from "../../../ui/check-field.tsx";
import { TextField } from "../../../ui/field.tsx";
import { Notice } from "../../../ui/notice.tsx";
import { SelectField } from "../../../ui/select-field.tsx";
import { instantIn, wallClock } from "../time-zones.ts";

type Door = inferRouterOutputs<AppRouter>["registration"]["rules"]["door"];
type Props = { webinarId: string; timeZone: string; saved: Door };

const places = [
  { value: "register", name: "When they register" },
  { value: "join", name: "When they join" },
  { value: "both", name: "When they register and when they join" },
];

/** What a `datetime-local` input shows for an instant, in the event's zone. */
const shown = (timeZone: string, at: number | null): string => {
  if (at === null) return "";
  const { date, time } = wallClock(timeZone, new Date(at));
  return `${date}T${time}`;
};
const meant = (timeZone: string, text: string): Date | null => {
  const [date = "", time = ""] = text.split("T");
  return date && time ? instantIn(timeZone, date, time.slice(0, 5)) : null;
};

/** When people may register, and a passcode. */
export function DoorCard({ webinarId, timeZone, saved }: Props) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const [opens, setOpens] = useState(shown(timeZone, saved.opensAt));
  const [closes, setCloses] = useState(shown(timeZone, saved.closesAt));
  const [after, setAfter] = useState(
    saved.closesAfterMinutes === null ? "" : String(saved.closesAfterMinutes),
  );
  const [asks, setAsks] = useState(saved.hasPasscode);
  const [passcode, setPasscode] = useState("");
  const [place, setPlace] = useState<Door["passcodeAt"]>(saved.passcodeAt);
  const [inLinks, setInLinks] = useState(saved.passcodeInLinks);
  const save = useMutation(
    trpc.registration.setDoor.mutationOptions({
      onSuccess: () => {
        setPasscode("");
        void client.invalidateQueries(trpc.registration.rules.queryFilter({ webinarId }));
      },
    }),
  );
  const fault = save.error ? wireError(save.error) : undefined;
  const of = (field: string) => (fault?.field === field ? fault.message : undefined);
  const kept = saved.hasPasscode && passcode === "";
  const submit = () =>
    save.mutate({
      webinarId,
      opensAt: meant(timeZone, opens),
      closesAt: meant(timeZone, closes),
      closesAfterMinutes: after.trim() === "" ? null : Number(after),
      ...(asks ? (kept ? {} : { passcode }) : { passcode: null }),
      passcodeAt: place,
      passcodeInLinks: inLinks,
    });
  return (
    <form
      className="card stack"
      noValidate
      aria-labelledby="door"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <h2 id="door">Window and passcode</h2>
      {fault && !fault.field && <Notice kind="bad">{fault.message}</Notice>}
      {save.isSuccess && <Notice kind="good">Saved.</Notice>}
      <TextField
        label="Registration opens"
        type="datetime-local"
        value={opens}
        onChange={(event) => setOpens(event.target.value)}
        fault={of("opensAt")}
        help={`In ${timeZone.replaceAll("_", " ")}; visitors see their own time. Empty: it is open now.`}
      />
      <TextField
        label="Registration closes"
        type="datetime-local"
        value={closes}
        onChange={(event) => setCloses(event.target.value)}
        fault={of("closesAt")}
      />
      <TextField
        label="Closes minutes after the start"
        type="number"
        min={-43_200}
        max={1440}
        placeholder="With the end"
        value={after}
        onChange={(event) => setAfter(event.target.value)}
        fault={of("closesAfterMinutes")}
        help="Moves with the date; a negative number is before the start. The earlier of both counts."
      />
      <CheckField label="People must know a passcode" checked={asks} onChange={setAsks} />
      {asks && (
        <>
          <TextField
            label="Passcode"
            autoComplete="off"
            placeholder={saved.hasPasscode ? "As it is" : ""}
            value={passcode}
            onChange={(event) => setPasscode(event.target.value)}
            fault={of("passcode")}
            help="It is stored so that nobody can read it, you neither."
          />
          <SelectField
            label="They are asked for it"
            choices={places}
            value={place}
            onChange={(event) => setPlace(event.target.value as Door["passcodeAt"])}
          />
          {place !== "register" && (
            <CheckField
              label="Mailed links open the room without it"
              checked={inLinks}
              onChange={setInLinks}
            />
          )}
        </>
      )}
      <div>
        <button className="button primary" type="submit" disabled={save.isPending}>
          Save
        </button>
      </div>
    </form>
  );
}
