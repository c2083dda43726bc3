"use client";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { wireError } from "../../client/api.ts";
import { useTRPC } from "../../client/providers.tsx";
import type { Texts } from "../../texts/index.ts";
import { TextField } from "../../ui/field.tsx";

const nameOf = (joinToken: string): string => `rostrum-passcode:${joinToken}`;

/** That the passcode was known in this tab, or what the mailed link carries behind its `#`. */
export function knownPasscode(joinToken: string): string | undefined {
  const carried = /[#&]k=([\w-]{1,100})/.exec(window.location.hash)?.[1];
  if (carried) return carried;
  try {
    return window.sessionStorage.getItem(nameOf(joinToken)) ?? undefined;
  } catch {
    return undefined;
  }
}

/** The same for the door, which the browser alone knows: the server renders it without. */
export function useKnownPasscode(joinToken: string) {
  const [key, setKey] = useState<string>();
  useEffect(() => setKey(knownPasscode(joinToken)), [joinToken]);
  return { key, learn: setKey };
}

type Props = { joinToken: string; texts: Texts; onKnown: (key: string) => void };

/** The door's question for the passcode. */
export function JoinPasscode({ joinToken, texts, onKnown }: Props) {
  const trpc = useTRPC();
  const [passcode, setPasscode] = useState("");
  const unlock = useMutation(
    trpc.attendance.unlock.mutationOptions({
      onSuccess: ({ key }) => {
        try {
          window.sessionStorage.setItem(nameOf(joinToken), key);
        } catch {
          // Without storage it is asked for again after a reload.
        }
        onKnown(key);
      },
    }),
  );
  return (
    <form
      className="stack"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        unlock.mutate({ joinToken, passcode });
      }}
    >
      <TextField
        label={texts.passcode.label}
        type="password"
        autoComplete="off"
        required
        value={passcode}
        onChange={(event) => setPasscode(event.target.value)}
        fault={unlock.error ? wireError(unlock.error).message : undefined}
        help={texts.passcode.joinHelp}
      />
      <button className="button primary wide" type="submit" disabled={unlock.isPending}>
        {texts.passcode.join}
      </button>
    </form>
  );
}
