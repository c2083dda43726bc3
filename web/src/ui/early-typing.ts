import { type RefObject, useLayoutEffect, useRef } from "react";

type Field = HTMLInputElement | HTMLTextAreaElement;

/**
 * For a field whose value is its owner's: what somebody typed, or the browser filled in, before the page was ready. React
 * leaves it in the field and tells nobody, so that it would be sent empty.
 */
export function useEarlyTyping<F extends Field>(value: unknown): RefObject<F | null> {
  const field = useRef<F>(null);
  const known = useRef(value);
  // In layout, not after it: a form may be sent in the moment between that React begins to hear and that effects run.
  useLayoutEffect(() => {
    const node = field.current;
    const typed = node?.value ?? "";
    if (!node || typeof known.current !== "string" || typed === known.current) return;
    // React compares with the value that it has seen last, which is the typed one: set behind its back, it is a change.
    node.value = known.current;
    Object.getOwnPropertyDescriptor(Object.getPrototypeOf(node), "value")?.set?.call(node, typed);
    node.dispatchEvent(new Event("input", { bubbles: true }));
  }, []);
  return field;
}
