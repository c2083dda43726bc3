"use client";
import { useEffect, useRef } from "react";
import type { PublicWebinar } from "../../server/use-cases/public-page.ts";
import { BrandStyle } from "../../ui/brand-style.tsx";
import { Entrance } from "./entrance.tsx";
import { useWebinar } from "./use-webinar.ts";
import { When } from "./when.tsx";

/** Tell the page that shows us; it may be anybody's, so nothing of the registrant goes along. */
const tell = (message: Record<string, unknown>) => {
  if (window.parent !== window) window.parent.postMessage(message, "*");
};

/** What a webinar is and its form inside a frame on somebody's site, as high as what it holds. */
export function EmbeddedRegistration({ slug, first }: { slug: string; first: PublicWebinar }) {
  const { webinar, texts } = useWebinar(slug, first);
  const { title, startsAt, durationMinutes, timeZone, brand } = webinar;
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    const observer = new ResizeObserver(() =>
      tell({ type: "rostrum:height", slug, height: element.getBoundingClientRect().height }),
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [slug]);
  return (
    <div ref={box} className="embedded stack">
      <BrandStyle accent={brand.accent} />
      <h1>{title}</h1>
      <When texts={texts} startsAt={startsAt} durationMinutes={durationMinutes} timeZone={timeZone} />
      <Entrance
        slug={slug}
        webinar={webinar}
        texts={texts}
        onRegistered={(status) => tell({ type: "rostrum:registered", slug, status })}
      />
    </div>
  );
}
