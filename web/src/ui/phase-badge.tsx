"use client";
import type { WebinarPhase } from "@rostrum/protocol";
import { useTexts } from "../client/language.tsx";

export function PhaseBadge({ phase }: { phase: WebinarPhase }) {
  const texts = useTexts();
  return <span className={`badge ${phase === "live" ? "live" : ""}`}>{texts.phase[phase]}</span>;
}
