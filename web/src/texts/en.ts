import { faultsEn } from "./faults-en.ts";
import { qualityEn } from "./quality-en.ts";
import { replayEn } from "./replay-en.ts";
import { playerEn, roomEn } from "./room-en.ts";
import { siteEn } from "./site-en.ts";
import { studioEn } from "./studio-en.ts";

/** Every text that attendees read, in English; the other languages have the same shape. */
export const en = {
  language: "English",
  /** For dates and numbers. */
  tag: "en-GB",
  phase: { draft: "Draft", scheduled: "Scheduled", "green-room": "Green room", live: "Live", ended: "Ended" },
  loading: "Loading…",
  page: {
    hostedBy: (name: string) => `Hosted by ${name}`,
    minutes: (count: number) => `${count} minutes`,
    hostTime: (time: string, zone: string) => `${time} where the host is (${zone})`,
    yourTime: (zone: string) => `your time (${zone})`,
    addToCalendar: "Add to calendar",
    calendarFile: "Calendar file (.ics)",
    speakers: "Speakers",
    agenda: "Agenda",
    about: "About",
    moreAbout: (name: string) => `More about ${name}`,
    registerNow: "Register now",
    poweredBy: "Powered by Rostrum",
    over: "This webinar is over",
    cancelled: "This webinar is cancelled",
    full: "All places are taken",
    closed: "Registration is closed.",
    recordingThere: "The recording is there",
    watchRecording: "Watch the recording",
    recordingFrom: (time: string) => `The recording can be watched from ${time}.`,
  },
  form: {
    heading: "Register",
    waitlistHeading: "Join the waitlist",
    replayHeading: "Register to watch the recording",
    waitlist: "All places are taken. Whoever waits longest gets the next one that becomes free.",
    approval: "The host looks at every registration before you get your link.",
    name: "Name",
    email: "E-mail",
    emailHelp: "Your personal link goes to this address.",
    submit: "Register",
    submitting: "Registering…",
    optional: (label: string) => `${label} (optional)`,
    choose: "Choose…",
  },
  series: {
    all: (count: number) => `You register for all ${count} dates:`,
    one: "Choose a date",
    chosen: "Choose your dates",
    everyDate: "All dates",
  },
  check: {
    title: "Test your connection",
    intro:
      "Half a minute, and you know whether picture and sound will get through. Nobody sees you; nothing is recorded.",
    start: "Start the test",
    again: "Test again",
    running: "Testing…",
    ways: {
      browser: "Browser",
      socket: "Connection to the event",
      udp: "Direct way (UDP)",
      tcp: "Way through firewalls (TCP)",
      turn: "Way over the relay",
      speed: "Speed",
    },
    yes: "works",
    no: "blocked",
    notOffered: "not offered here",
    unknown: "not measured",
    speed: (megabits: string, rtt: string, loss: string) => `${megabits} Mbit/s, ${rtt} ms, ${loss} lost`,
    atLeast: (megabits: string) => `at least ${megabits}`,
    sound: "Sound",
    playSound: "Play a sound",
    heard: "I hear it",
    unheard: "I hear nothing",
    camera: "Camera and microphone (only if you may speak)",
    tryCamera: "Try them",
    cameraOk: "Both work.",
    cameraNo:
      "They are not available: allow them in the address bar, and close other programs that use them.",
    verdicts: {
      good: "You are all set",
      fair: "It will work",
      limited: "You will see the broadcast",
      bad: "Something is in the way",
    },
    findings: {
      fine: "Everything gets through as it should.",
      socket:
        "Your network does not let this page connect to the event. Try another network, or ask your IT department to allow WebSockets to this site.",
      browser:
        "This browser cannot take part. Update it, or use a current Chrome, Edge, Firefox or Safari. You will see the broadcast meanwhile, some seconds later.",
      "no-path":
        "Your network blocks live media altogether. You will see the broadcast, some seconds later, and can ask questions as everybody else. Without a VPN or in another network you may be closer.",
      "udp-blocked":
        "Your network blocks UDP, the fast way for picture and sound. Yours take a detour that works, with a little more delay. Leaving the VPN often helps.",
      slow: "Your connection is slow. Close downloads and other videos, and use a cable or move closer to the Wi-Fi.",
      loss: "Your connection loses packets, and the picture may stutter. A cable instead of Wi-Fi helps most.",
      far: "Answers take long to reach you. It works; wait a moment before you speak.",
      sound: "You heard nothing: turn up the volume, and look which loudspeaker or headset is chosen.",
    },
  },
  done: {
    registered: "You are registered",
    registeredText: "Your personal link is on its way, with a calendar entry, to",
    replayText: "Your personal link to the recording is on its way to",
    waitlisted: "You are on the waitlist",
    waitlistedText: "As soon as a place becomes free for you, your personal link goes to",
    pending: "Your registration is being looked at",
    pendingText: "As soon as the host has approved it, your personal link goes to",
    check: "Test your connection now",
    noMail:
      "No mail after a few minutes? Look in the spam folder, or register again: we mail the link once more.",
  },
  room: roomEn,
  player: playerEn,
  replay: replayEn,
  studio: studioEn,
  site: siteEn,
  faults: faultsEn,
  quality: qualityEn,
};
export type Texts = typeof en;
