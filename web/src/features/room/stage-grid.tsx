"use client";
import type { LayoutName, StageMember } from "@rostrum/protocol";
import { layerForTile, layoutScene } from "@rostrum/rules";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { useTexts } from "../../client/language.tsx";
import type { StageTrack } from "../../live/receive.ts";
import { AudioTrack, VideoTrack } from "./media-tile.tsx";

type Props = {
  tracks: StageTrack[];
  members: StageMember[];
  layout: LayoutName;
  speaker: string | null;
  /** The viewer's own tile on stage, mirrored as people know themselves. */
  self?: string;
  onLayer?: (consumerId: string, layer: number | null) => void;
  /** Over the tiles. */
  children?: ReactNode;
};

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .slice(0, 2)
    .map((word) => word[0]?.toUpperCase() ?? "")
    .join("");

function useSize() {
  const ref = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    if (!ref.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return { ref, size };
}

function useVisible(): boolean {
  const [visible, setVisible] = useState(true);
  useEffect(() => {
    const update = () => setVisible(document.visibilityState === "visible");
    document.addEventListener("visibilitychange", update);
    return () => document.removeEventListener("visibilitychange", update);
  }, []);
  return visible;
}

function markFirstFrame(): void {
  if (performance.getEntriesByName("rostrum:first-frame").length === 0)
    performance.mark("rostrum:first-frame");
}

/** The stage in the same rectangles as the programme: both ask rules/layout. */
export function StageGrid({ tracks, members, layout, speaker, self, onLayer, children }: Props) {
  const { ref, size } = useSize();
  const { room: words } = useTexts();
  const visible = useVisible();
  const screen = tracks.find(({ producer }) => producer.source === "screen");
  const scene = {
    layout,
    members: members
      .filter(({ sources }) => sources.some((source) => source === "camera" || source === "microphone"))
      .map(({ participantId }) => ({ id: participantId })),
    screenId: screen?.producer.participantId ?? null,
    speakerId: speaker,
  };
  const placements = size.width > 0 ? layoutScene(scene, size, 8) : [];
  const cameraOf = (id: string) =>
    tracks.find(({ producer }) => producer.source === "camera" && producer.participantId === id);

  // Ask the server for the layer each tile can show; a hidden tab needs none.
  const wanted = placements
    .flatMap(({ id, what, rect }) => {
      const entry = what === "screen" ? screen : cameraOf(id);
      if (!entry) return [];
      const layer = layerForTile({
        width: rect.width,
        height: rect.height,
        pixelRatio: globalThis.devicePixelRatio ?? 1,
        visible,
      });
      return [`${entry.consumerId}=${layer ?? ""}`];
    })
    .join(",");
  const ask = useRef(onLayer);
  ask.current = onLayer;
  useEffect(() => {
    if (!wanted) return;
    for (const pair of wanted.split(",")) {
      const [consumerId, layer] = pair.split("=");
      if (consumerId) ask.current?.(consumerId, layer ? Number(layer) : null);
    }
  }, [wanted]);

  return (
    <section className="stage" ref={ref} aria-label={words.stage}>
      {placements.map(({ id, what, rect, fit }) => {
        const entry = what === "screen" ? screen : cameraOf(id);
        const name =
          members.find(({ participantId }) => participantId === id)?.name ?? entry?.producer.name ?? "";
        const shows = entry && !entry.producer.paused;
        return (
          <div
            key={`${what}-${id}`}
            className={`tile ${speaker === id && what === "camera" ? "speaking" : ""}`}
            style={{ left: rect.x, top: rect.y, width: rect.width, height: rect.height }}
          >
            {shows ? (
              <VideoTrack
                track={entry.track}
                participantId={id}
                source={what}
                contain={fit === "contain"}
                mirrored={id === self && what === "camera"}
                onFirstFrame={markFirstFrame}
              />
            ) : (
              <div className="tile-initials" aria-hidden="true">
                {initials(name)}
              </div>
            )}
            <span className="tile-name">{what === "screen" ? words.screenOf(name) : name}</span>
          </div>
        );
      })}
      {tracks
        .filter(({ producer }) => producer.kind === "audio")
        .map(({ consumerId, producer, track }) => (
          <AudioTrack key={consumerId} track={track} participantId={producer.participantId} />
        ))}
      {placements.length === 0 && (
        <div className="stage-message">
          <p>{words.nobodyOnStage}</p>
        </div>
      )}
      {children}
    </section>
  );
}
