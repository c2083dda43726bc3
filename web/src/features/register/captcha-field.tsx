"use client";
import { useEffect, useRef } from "react";
import type { CaptchaNotice } from "../../server/captcha.ts";

type Widget = { render: (element: HTMLElement, options: Record<string, unknown>) => unknown };

const loading = new Map<string, Promise<void>>();

function load(url: string): Promise<void> {
  const known = loading.get(url);
  if (known) return known;
  const script = document.createElement("script");
  script.src = url;
  script.async = true;
  const loaded = new Promise<void>((resolve, reject) => {
    script.onload = () => resolve();
    script.onerror = () => reject(new Error("the CAPTCHA could not be loaded"));
  });
  document.head.append(script);
  loading.set(url, loaded);
  return loaded;
}

/** The widget of whichever provider is set up; all of them are drawn the same way. */
export function CaptchaField({
  notice,
  onAnswer,
}: {
  notice: CaptchaNotice;
  onAnswer: (answer: string) => void;
}) {
  const box = useRef<HTMLDivElement>(null);
  const tell = useRef(onAnswer);
  tell.current = onAnswer;
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const inner = document.createElement("div");
    element.replaceChildren(inner);
    let gone = false;
    load(notice.scriptUrl).then(
      () => {
        const widget = (window as unknown as Record<string, Widget | undefined>)[notice.global];
        if (!gone)
          widget?.render(inner, {
            sitekey: notice.siteKey,
            callback: (answer: string) => tell.current(answer),
          });
      },
      // Without its script there is no answer: the server then asks for it, and says so.
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [notice]);
  return <div ref={box} className="captcha" />;
}
