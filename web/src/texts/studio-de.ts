import { counting } from "./count.ts";
import type { studioEn } from "./studio-en.ts";

const count = counting("de-DE");

export const studioDe: typeof studioEn = {
  door: {
    enterAs: (name) =>
      `Sie betreten das Studio als ${name}. Das Publikum sieht Sie erst, wenn die Sendung beginnt.`,
    enter: "Studio betreten",
    entering: "Sie werden eingelassen …",
    checkCamera: "Kamera prüfen",
  },
  panels: "Bereiche des Studios",
  tabs: {
    questions: "Fragen",
    polls: "Umfragen",
    hands: "Hände",
    chat: "Chat",
    captions: "Untertitel",
    people: "Personen",
  },
  hands: {
    guests: "Gäste auf der Bühne",
    takeOff: "Von der Bühne nehmen",
    empty: "Niemand hat die Hand gehoben.",
    invite: "Auf die Bühne bitten",
    lower: "Senken",
    takeBack: "Zurücknehmen",
    invited: "eingeladen",
  },
  polls: {
    question: "Frage der Umfrage",
    option: (place) => `Antwort ${place}`,
    addOption: "Antwort hinzufügen",
    launch: "Umfrage starten",
    close: "Umfrage beenden",
    states: { draft: "Entwurf", open: "Läuft", closed: "Beendet" },
  },
  captions: {
    notLive: "Untertitel lassen sich schreiben, während das Webinar live ist.",
    howTo: "Schreiben Sie Zeile für Zeile mit, was gesagt wird. Das Publikum sieht jede Zeile sofort.",
    log: "Untertitel",
    service: "Untertitelungsdienst",
    serviceText:
      "Ein Programm zum Mitschreiben oder zur Spracherkennung schickt Zeilen als JSON an die Adresse, mit dem Schlüssel als Bearer-Token. Ein neuer Schlüssel macht den vorigen wertlos.",
    address: "Adresse",
    keyOnce: "Schlüssel, wird nur einmal gezeigt",
    newKey: "Neuen Schlüssel erzeugen",
    line: "Untertitelzeile",
    said: "Was gerade gesagt wird",
    show: "Zeigen",
  },
  people: {
    onStage: "Auf der Bühne",
    nobody: "Noch sendet niemand Bild oder Ton.",
    sources: {
      camera: "Kamera",
      microphone: "Mikrofon",
      screen: "Bildschirm",
      "screen-audio": "Bildschirmton",
    },
    audience: "Publikum",
    interactive: (people) => count(people, "mit interaktivem Platz", "mit interaktivem Platz"),
    onBroadcast: (people) => count(people, "in der Übertragung", "in der Übertragung"),
    relieved: (count) =>
      `${count} davon, weil ein Server überlastet war: Starten Sie einen weiteren Edge-Server`,
  },
  reach: {
    tcp: "über TCP",
    "turn-udp": "über ein Relais",
    "turn-tcp": "über ein Relais mit TCP",
    "turn-tls": "über ein Relais mit TLS",
    hls: "in der Übertragung, weil sonst nichts durchkommt",
    udpBlocked: (people) => count(people, "in einem Netz, das UDP sperrt", "in Netzen, die UDP sperren"),
    mediaBlocked: (people) =>
      count(people, "in einem Netz, das Medien sperrt", "in Netzen, die Medien sperren"),
  },
  live: {
    go: "Live gehen",
    end: "Webinar beenden",
    layout: "Anordnung",
    layouts: {
      auto: "Automatisch",
      grid: "Raster",
      speaker: "Wer spricht",
      spotlight: "Im Mittelpunkt",
      share: "Bildschirm",
      side: "Nebeneinander",
      slate: "Gleich zurück",
    },
    endTitle: "Webinar beenden?",
    endForAll: "Für alle beenden",
    endText:
      "Alle verlassen den Raum, und die Aufzeichnung wird abgeschlossen. Das lässt sich nicht rückgängig machen.",
    broadcast: "Übertragung",
  },
  encoders: {
    heading: "Encoder",
    intro:
      "OBS, Hardware-Encoder und ffmpeg kommen wie Mitwirkende auf die Bühne, mit einem Schlüssel statt eines Links.",
    rtmp: "RTMP-Server",
    whip: "WHIP-Server",
    add: "Encoder hinzufügen",
    addForm: "Einen Encoder hinzufügen",
    name: "Name auf der Bühne",
    key: "Streamschlüssel",
    keyOnce: "Kopieren Sie ihn jetzt: Er wird nicht noch einmal gezeigt.",
    keyEnds: (hint) => `Schlüssel endet auf ${hint}`,
    states: { connecting: "Verbindet sich", live: "Live", refused: "Abgelehnt", idle: "Nicht verbunden" },
    renew: "Neuer Schlüssel",
    renewFor: (name) => `Neuer Schlüssel für ${name}`,
    renewTitle: (name) => `Neuer Schlüssel für ${name}?`,
    renewConfirm: "Schlüssel erzeugen",
    renewText: "Der alte Schlüssel gilt in wenigen Sekunden nicht mehr, auch während er live ist.",
    revoke: "Widerrufen",
    revokeOf: (name) => `${name} widerrufen`,
    revokeTitle: (name) => `${name} widerrufen?`,
    revokeText: "Der Encoder verlässt die Bühne in wenigen Sekunden, und sein Schlüssel gilt nie wieder.",
  },
};
