import type { Texts } from "./en.ts";
import { faultsDe } from "./faults-de.ts";
import { qualityDe } from "./quality-de.ts";
import { replayDe } from "./replay-de.ts";
import { playerDe, roomDe } from "./room-de.ts";
import { siteDe } from "./site-de.ts";
import { studioDe } from "./studio-de.ts";

export const de: Texts = {
  language: "Deutsch",
  tag: "de-DE",
  phase: { draft: "Entwurf", scheduled: "Geplant", "green-room": "Vorraum", live: "Live", ended: "Beendet" },
  loading: "Wird geladen …",
  page: {
    hostedBy: (name) => `Veranstaltet von ${name}`,
    minutes: (count) => `${count} Minuten`,
    hostTime: (time, zone) => `${time} am Ort der Veranstaltung (${zone})`,
    yourTime: (zone) => `Ihre Zeit (${zone})`,
    addToCalendar: "In den Kalender",
    calendarFile: "Kalenderdatei (.ics)",
    speakers: "Auf der Bühne",
    agenda: "Ablauf",
    about: "Worum es geht",
    moreAbout: (name) => `Mehr über ${name}`,
    registerNow: "Jetzt anmelden",
    poweredBy: "Läuft mit Rostrum",
    over: "Dieses Webinar ist vorbei",
    cancelled: "Dieses Webinar ist abgesagt",
    full: "Alle Plätze sind vergeben",
    closed: "Die Anmeldung ist geschlossen.",
    recordingThere: "Die Aufzeichnung ist da",
    watchRecording: "Aufzeichnung ansehen",
    recordingFrom: (time) => `Die Aufzeichnung ist ab ${time} zu sehen.`,
  },
  form: {
    heading: "Anmelden",
    waitlistHeading: "Auf die Warteliste",
    replayHeading: "Anmelden und die Aufzeichnung ansehen",
    waitlist: "Alle Plätze sind vergeben. Wer am längsten wartet, bekommt den nächsten, der frei wird.",
    approval: "Jede Anmeldung wird angesehen, bevor Sie Ihren Link bekommen.",
    name: "Name",
    email: "E-Mail",
    emailHelp: "An diese Adresse geht Ihr persönlicher Link.",
    submit: "Anmelden",
    submitting: "Wird angemeldet …",
    optional: (label) => `${label} (freiwillig)`,
    choose: "Bitte wählen …",
  },
  series: {
    all: (count) => `Sie melden sich für alle ${count} Termine an:`,
    one: "Wählen Sie einen Termin",
    chosen: "Wählen Sie Ihre Termine",
    everyDate: "Alle Termine",
  },
  check: {
    title: "Verbindung testen",
    intro:
      "Eine halbe Minute, und Sie wissen, ob Bild und Ton bei Ihnen ankommen. Niemand sieht Sie; nichts wird aufgezeichnet.",
    start: "Test starten",
    again: "Noch einmal testen",
    running: "Wird getestet …",
    ways: {
      browser: "Browser",
      socket: "Verbindung zur Veranstaltung",
      udp: "Direkter Weg (UDP)",
      tcp: "Weg durch Firewalls (TCP)",
      turn: "Weg über das Relais",
      speed: "Geschwindigkeit",
    },
    yes: "geht",
    no: "gesperrt",
    notOffered: "hier nicht angeboten",
    unknown: "nicht gemessen",
    speed: (megabits, rtt, loss) => `${megabits} Mbit/s, ${rtt} ms, ${loss} verloren`,
    atLeast: (megabits) => `mindestens ${megabits}`,
    sound: "Ton",
    playSound: "Ton abspielen",
    heard: "Ich höre ihn",
    unheard: "Ich höre nichts",
    camera: "Kamera und Mikrofon (nur wenn Sie vielleicht sprechen)",
    tryCamera: "Ausprobieren",
    cameraOk: "Beides geht.",
    cameraNo:
      "Sie sind nicht verfügbar: Erlauben Sie sie in der Adresszeile, und schließen Sie andere Programme, die sie benutzen.",
    verdicts: {
      good: "Alles bereit",
      fair: "Es wird gehen",
      limited: "Sie sehen die Übertragung",
      bad: "Etwas ist im Weg",
    },
    findings: {
      fine: "Alles kommt an, wie es soll.",
      socket:
        "Ihr Netz lässt diese Seite nicht mit der Veranstaltung sprechen. Nehmen Sie ein anderes Netz, oder bitten Sie Ihre IT, WebSockets zu dieser Seite zu erlauben.",
      browser:
        "Dieser Browser kann nicht teilnehmen. Aktualisieren Sie ihn, oder nehmen Sie ein aktuelles Chrome, Edge, Firefox oder Safari. Bis dahin sehen Sie die Übertragung, einige Sekunden später.",
      "no-path":
        "Ihr Netz sperrt Live-Medien ganz. Sie sehen die Übertragung, einige Sekunden später, und können Fragen stellen wie alle anderen. Ohne VPN oder in einem anderen Netz sind Sie vielleicht näher dran.",
      "udp-blocked":
        "Ihr Netz sperrt UDP, den schnellen Weg für Bild und Ton. Ihre nehmen einen Umweg, der geht, mit etwas mehr Verzögerung. Oft hilft es, das VPN zu verlassen.",
      slow: "Ihre Verbindung ist langsam. Schließen Sie Downloads und andere Videos, und nehmen Sie ein Kabel oder gehen Sie näher ans WLAN.",
      loss: "Ihre Verbindung verliert Pakete, das Bild kann stocken. Am meisten hilft ein Kabel statt WLAN.",
      far: "Antworten brauchen lange bis zu Ihnen. Es geht; warten Sie einen Augenblick, bevor Sie sprechen.",
      sound:
        "Sie haben nichts gehört: Drehen Sie lauter, und sehen Sie nach, welcher Lautsprecher oder Kopfhörer gewählt ist.",
    },
  },
  done: {
    registered: "Sie sind angemeldet",
    registeredText: "Ihr persönlicher Link ist mit einem Kalendereintrag unterwegs an",
    replayText: "Ihr persönlicher Link zur Aufzeichnung ist unterwegs an",
    waitlisted: "Sie stehen auf der Warteliste",
    waitlistedText: "Sobald ein Platz für Sie frei wird, geht Ihr persönlicher Link an",
    pending: "Ihre Anmeldung wird geprüft",
    pendingText: "Sobald sie angenommen ist, geht Ihr persönlicher Link an",
    check: "Jetzt die Verbindung testen",
    noMail:
      "Nach ein paar Minuten noch keine Mail? Sehen Sie im Spam-Ordner nach, oder melden Sie sich noch einmal an: Wir schicken den Link erneut.",
  },
  room: roomDe,
  player: playerDe,
  replay: replayDe,
  studio: studioDe,
  site: siteDe,
  faults: faultsDe,
  quality: qualityDe,
};
