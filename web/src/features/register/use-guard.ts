"use client";
import { useMutation } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useTRPC } from "../../client/providers.tsx";
import type { CaptchaNotice } from "../../server/captcha.ts";
import { solve } from "./solve.ts";

type Sent = { ticket: string; work?: number; website: string; captcha?: string };
type Ready = { ticket: string; work: Promise<number> | undefined; captcha: CaptchaNotice | null };

/**
 * What a form sends along to tell people from programs: a ticket since it was opened, and work, done in the background
 * when it is asked. Whoever fills in the form notices nothing of it.
 */
export function useGuard(slug: string) {
  const trpc = useTRPC();
  const { mutateAsync: open } = useMutation(trpc.registration.open.mutationOptions());
  const ready = useRef<Promise<Ready> | undefined>(undefined);
  const controller = useRef<AbortController | undefined>(undefined);
  const trap = useRef<HTMLInputElement>(null);
  const [captcha, setCaptcha] = useState<CaptchaNotice>();
  const answer = useRef<string | undefined>(undefined);

  const begin = useRef((hard: boolean): Promise<Ready> => {
    controller.current?.abort(new Error("another form was opened"));
    const stop = new AbortController();
    controller.current = stop;
    const opening = open({ slug, hard }).then((opened): Ready => {
      const work = opened.bits > 0 ? solve({ seed: opened.seed, bits: opened.bits }, stop.signal) : undefined;
      // Nobody may wait for it yet; who does is told.
      work?.catch(() => undefined);
      if (opened.captcha?.when === "always") setCaptcha(opened.captcha);
      return { ticket: opened.ticket, work, captcha: opened.captcha };
    });
    opening.catch(() => {
      if (ready.current === opening) ready.current = undefined;
    });
    ready.current = opening;
    return opening;
  });

  useEffect(() => {
    const start = begin.current;
    start(false).catch(() => undefined);
    return () => controller.current?.abort(new Error("the form is gone"));
  }, []);

  return {
    trap,
    captcha,
    onCaptcha: (text: string) => {
      answer.current = text;
    },
    /** What to send with the form, once it is there. */
    async pass(): Promise<Sent> {
      const { ticket, work } = await (ready.current ?? begin.current(false));
      const count = await work;
      return {
        ticket,
        website: trap.current?.value ?? "",
        ...(count === undefined ? {} : { work: count }),
        ...(answer.current ? { captcha: answer.current } : {}),
      };
    },
    /** It was not enough. Answers whether the form can be sent again by itself; otherwise its owner is asked first. */
    async harder(field: string | undefined): Promise<boolean> {
      const opened = await begin.current(true);
      answer.current = undefined;
      if (field !== "guard.captcha" || !opened.captcha) return true;
      setCaptcha({ ...opened.captcha });
      return false;
    },
  };
}
