"use client";
import { useEffect, useRef } from "react";
import { RegistrationPage } from "./registration-page.tsx";

/** Tell the page that shows us; it may be anybody's, so nothing of the registrant goes along. */
const tell = (message: Record<string, unknown>) => {
  if (window.parent !== window) window.parent.postMessage(message, "*");
};

/** The registration page inside a frame on somebody's site, as high as what it holds. */
export function EmbeddedRegistration({ slug }: { slug: string }) {
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
    <div ref={box} className="embedded">
      <RegistrationPage
        slug={slug}
        onRegistered={(status) => tell({ type: "rostrum:registered", slug, status })}
      />
    </div>
  );
}
