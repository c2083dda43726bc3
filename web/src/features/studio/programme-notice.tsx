"use client";
import type { ProgrammeStatus } from "@rostrum/protocol";
import { useEffect, useState } from "react";
import type { Api } from "../../client/api.ts";
import { useFaults, useTexts } from "../../client/language.tsx";

const askEveryMs = 3000;

/** What is wrong with the broadcast or its recording right now, for the host. Nothing while all is well. */
export function ProgrammeNotice({ api, webinarId }: { api: Api; webinarId: string }) {
  const { live } = useTexts().studio;
  const faults = useFaults();
  const [status, setStatus] = useState<ProgrammeStatus | null>(null);
  useEffect(() => {
    let wanted = true;
    const ask = async () => {
      // Asked again in a moment: a question without an answer says nothing about the programme.
      const answer = await api.webinar.programme.query({ id: webinarId }).catch(() => undefined);
      if (wanted && answer !== undefined) setStatus(answer);
    };
    void ask();
    const timer = setInterval(() => void ask(), askEveryMs);
    return () => {
      wanted = false;
      clearInterval(timer);
    };
  }, [api, webinarId]);
  const notes = [
    ...(status?.alerts ?? []).map(({ message }) => message),
    ...(status?.degraded ? [status.degraded.reason] : []),
  ];
  return (
    <div role="alert" aria-label={live.broadcast}>
      {notes.map((note) => (
        <p className="fault" key={note}>
          {faults.said(note)}
        </p>
      ))}
    </div>
  );
}
