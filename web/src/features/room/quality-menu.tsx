"use client";
import { Check, Settings2 } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { useTexts } from "../../client/language.tsx";
import type { Broadcast } from "../../live/broadcast.ts";
import type { Quality } from "../../live/quality.ts";
import { useValue } from "../../live/use-value.ts";

type Choice = { quality: Quality; label: string; note: string | null };

/** Automatic with what is playing, every size there is, and the sound alone: a menu button as ARIA describes it. */
export function QualityMenu({ broadcast }: { broadcast: Broadcast }) {
  const { look, quality } = useValue(broadcast.state);
  const { quality: words } = useTexts();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const levels = look?.levels ?? [];
  const playing = levels.find(({ index }) => index === look?.playing)?.label ?? null;
  // A size that there is not (any more), or that failed: the player chooses.
  const chosen: Quality =
    typeof quality !== "number" || (look && look.level < 0)
      ? quality === "audio"
        ? "audio"
        : "auto"
      : (levels.find(({ index }) => index === look?.level)?.height ?? "auto");
  const choices: Choice[] = [
    {
      quality: "auto",
      label: words.automatic,
      note: chosen === "auto" && playing ? words.now(playing) : null,
    },
    ...(levels.length > 1 ? levels : []).map(({ height, label }) => ({ quality: height, label, note: null })),
    { quality: "audio", label: words.audioOnly, note: null },
  ];
  const current = choices.find((choice) => choice.quality === chosen) ?? choices[0];
  const said = [current?.label, current?.note].filter(Boolean).join(", ");
  const close = (refocus: boolean) => {
    setOpen(false);
    if (refocus) button.current?.focus();
  };
  return (
    <div className="player-quality">
      <button
        ref={button}
        type="button"
        className="player-button"
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        aria-label={words.chosen(said)}
        title={words.button}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
          event.preventDefault();
          event.stopPropagation();
          setOpen(true);
        }}
      >
        <Settings2 />
      </button>
      {open && (
        <Menu
          id={id}
          choices={choices}
          chosen={chosen}
          onClose={close}
          onChoose={(choice) => {
            broadcast.setQuality(choice);
            close(true);
          }}
        />
      )}
    </div>
  );
}

type MenuProps = {
  id: string;
  choices: readonly Choice[];
  chosen: Quality;
  onChoose: (quality: Quality) => void;
  onClose: (refocus: boolean) => void;
};

function Menu({ id, choices, chosen, onChoose, onClose }: MenuProps) {
  const { quality: words } = useTexts();
  const list = useRef<HTMLDivElement>(null);
  const items = () => [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitemradio]") ?? [])];
  const closed = useRef(onClose);
  closed.current = onClose;
  useEffect(() => {
    const menu = list.current;
    menu?.querySelector<HTMLElement>("[aria-checked=true]")?.focus();
    const outside = (event: PointerEvent) => {
      const inside = event.target instanceof Node && menu?.parentElement?.contains(event.target);
      if (!inside) closed.current(false);
    };
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, []);
  const onKeyDown = (event: KeyboardEvent) => {
    // Keys of the menu are not those of the player.
    event.stopPropagation();
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const to: Partial<Record<string, number>> = {
      ArrowDown: (at + 1) % all.length,
      ArrowUp: (at - 1 + all.length) % all.length,
      Home: 0,
      End: all.length - 1,
    };
    const next = to[event.key];
    if (next !== undefined) {
      event.preventDefault();
      all[next]?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      onClose(true);
    } else if (event.key === "Tab") onClose(false);
  };
  return (
    <div
      ref={list}
      id={id}
      className="player-menu"
      role="menu"
      aria-label={words.button}
      onKeyDown={onKeyDown}
    >
      {choices.map(({ quality, label, note }) => (
        <button
          key={quality}
          type="button"
          role="menuitemradio"
          aria-checked={quality === chosen}
          tabIndex={-1}
          onClick={() => onChoose(quality)}
        >
          <Check aria-hidden="true" />
          <span>{label}</span>
          {note && <span className="player-menu-note">{note}</span>}
        </button>
      ))}
    </div>
  );
}
