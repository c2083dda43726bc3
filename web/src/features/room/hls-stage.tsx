"use client";
import { backoffMs } from "@rostrum/rules";
import { useEffect, useRef, useState } from "react";
import type { RoomConnection } from "../../live/room-connection.ts";

type Props = {
  connection: RoomConnection;
  title: string;
  /** Another picture still lies over this one: play unseen and unheard. */
  covered: boolean;
  onPlaying: () => void;
};

/** The programme over HLS: waits calmly until it runs, plays low-latency, starts again by itself after a fault. */
export function HlsStage({ connection, title, covered, onPlaying }: Props) {
  const element = useRef<HTMLVideoElement>(null);
  const [playing, setPlaying] = useState(false);
  const [latency, setLatency] = useState<number | null>(null);
  const told = useRef(onPlaying);
  told.current = onPlaying;

  useEffect(() => {
    const video = element.current;
    if (!video) return;
    let stop: (() => void) | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let gone = false;
    let attempt = 0;

    const again = () => {
      stop?.();
      stop = undefined;
      if (gone) return;
      timer = setTimeout(start, 500 + backoffMs(attempt++, Math.random()));
    };
    const start = async () => {
      try {
        const { url } = await connection.api.attendance.playlist.query();
        if (gone) return;
        if (!url) return again();
        const { playHls } = await import("../../live/hls-player.ts");
        if (gone) return;
        stop = playHls(video, url, { onFault: again, onLatency: setLatency });
        await video.play().catch(() => undefined);
        attempt = 0;
      } catch {
        again();
      }
    };
    void start();
    const started = () => {
      setPlaying(true);
      told.current();
      if (performance.getEntriesByName("rostrum:first-frame").length === 0)
        performance.mark("rostrum:first-frame");
    };
    video.addEventListener("playing", started);
    return () => {
      gone = true;
      clearTimeout(timer);
      stop?.();
      video.removeEventListener("playing", started);
    };
  }, [connection]);

  return (
    <section className="stage" aria-label="Stage" hidden={covered}>
      <video ref={element} data-player="hls" playsInline controls muted={covered} aria-label={title}>
        <track kind="captions" />
      </video>
      {!playing && (
        <div className="stage-message" role="status">
          <h2>{title}</h2>
          <p>The programme starts in a moment.</p>
        </div>
      )}
      {playing && latency !== null && (
        <span className="stage-chip number">{latency.toFixed(1)} s behind live</span>
      )}
    </section>
  );
}
