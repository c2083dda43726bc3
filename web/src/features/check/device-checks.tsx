"use client";
import { Volume2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Texts } from "../../texts/index.ts";
import { Notice } from "../../ui/notice.tsx";

/** Three soft notes. */
function playSound(): void {
  const context = new AudioContext();
  for (const [at, hertz] of [523, 659, 784].entries()) {
    const tone = context.createOscillator();
    const level = context.createGain();
    const from = context.currentTime + at * 0.28;
    tone.frequency.value = hertz;
    level.gain.setValueAtTime(0, from);
    level.gain.linearRampToValueAtTime(0.25, from + 0.03);
    level.gain.exponentialRampToValueAtTime(0.001, from + 0.45);
    tone.connect(level).connect(context.destination);
    tone.start(from);
    tone.stop(from + 0.5);
  }
  setTimeout(() => void context.close(), 1500);
}

type SoundProps = { texts: Texts; ready: boolean; onAnswer: (heard: boolean) => void };

/** Only the listener knows whether sound comes out. */
export function SoundCheck({ texts, ready, onAnswer }: SoundProps) {
  const [heard, setHeard] = useState<boolean>();
  const answer = (value: boolean) => {
    setHeard(value);
    onAnswer(value);
  };
  return (
    <section className="card stack" aria-labelledby="sound">
      <h2 id="sound">{texts.check.sound}</h2>
      <div className="row">
        <button className="button" type="button" onClick={playSound}>
          <Volume2 size={18} aria-hidden="true" />
          {texts.check.playSound}
        </button>
        {[true, false].map((value) => (
          <button
            key={String(value)}
            className="button"
            type="button"
            disabled={!ready}
            aria-pressed={heard === value}
            onClick={() => answer(value)}
          >
            {value ? texts.check.heard : texts.check.unheard}
          </button>
        ))}
      </div>
    </section>
  );
}

/** Camera and microphone, if they want to: shown to themselves, sent nowhere. */
export function CameraCheck({ texts }: { texts: Texts }) {
  const video = useRef<HTMLVideoElement>(null);
  const [stream, setStream] = useState<MediaStream>();
  const [refused, setRefused] = useState(false);
  useEffect(() => {
    if (video.current && stream) video.current.srcObject = stream;
    return () => {
      for (const track of stream?.getTracks() ?? []) track.stop();
    };
  }, [stream]);
  const start = async () => {
    setRefused(false);
    try {
      setStream(await navigator.mediaDevices.getUserMedia({ audio: true, video: true }));
    } catch {
      setRefused(true);
    }
  };
  return (
    <section className="card stack" aria-labelledby="camera">
      <h2 id="camera">{texts.check.camera}</h2>
      {stream && (
        <>
          <video ref={video} className="check-video" autoPlay muted playsInline />
          <Notice kind="good">{texts.check.cameraOk}</Notice>
        </>
      )}
      {refused && <Notice kind="warn">{texts.check.cameraNo}</Notice>}
      {!stream && (
        <div>
          <button className="button" type="button" onClick={() => void start()}>
            {texts.check.tryCamera}
          </button>
        </div>
      )}
    </section>
  );
}
