import type { MailTexts } from "./mail-en.ts";

const hello = "Guten Tag {{name}},";

export const mailDe: MailTexts = {
  manage: "Anmeldung ändern oder absagen",
  check: "Verbindung vorab testen",
  unsubscribe: "Keine Erinnerungen mehr",
  attached: "Der Kalendereintrag hängt an.",
  attachedMany: "Für jeden Termin hängt ein Kalendereintrag an.",
  waiting: "auf der Warteliste",
  pending: "noch nicht entschieden",
  inMinutes: (count) => `in ${count} Minuten`,
  inHours: (count) => `in ${count} Stunden`,
  inDays: (count) => `in ${count} Tagen`,
  attendedText: (title) => `schön, dass Sie bei „${title}“ dabei waren.`,
  missedText: (title) => `Sie waren für „${title}“ angemeldet und konnten nicht kommen.`,
  kinds: {
    confirmation: {
      subject: "Sie sind angemeldet: {{title}}",
      heading: "Bis bald bei {{title}}",
      body: `${hello}\nSie sind angemeldet. Es beginnt am {{when}}.\nIhr persönlicher Link öffnet den Raum. Bitte geben Sie ihn nicht weiter.`,
      action: "Am Webinar teilnehmen",
    },
    "series-confirmation": {
      subject: "Sie sind angemeldet: {{title}}",
      heading: "Bis bald bei {{title}}",
      body: `${hello}\ndas sind Ihre Termine. Jeder hat einen persönlichen Link, der den Raum öffnet. Bitte geben Sie sie nicht weiter.`,
      action: "",
    },
    "registration-pending": {
      subject: "Ihre Anmeldung wird geprüft: {{title}}",
      heading: "Danke, Ihre Anmeldung ist da",
      body: `${hello}\nAnmeldungen zu „{{title}}“ werden einzeln angesehen. Sobald Ihre angenommen ist, bekommen Sie eine Mail mit Ihrem persönlichen Link.\nEs beginnt am {{when}}.`,
      action: "",
    },
    "registration-waitlisted": {
      subject: "Sie stehen auf der Warteliste: {{title}}",
      heading: "Im Augenblick sind alle Plätze vergeben",
      body: `${hello}\n„{{title}}“ ist ausgebucht. Sie stehen auf der Warteliste und bekommen eine Mail mit Ihrem persönlichen Link, sobald ein Platz für Sie frei wird.\nEs beginnt am {{when}}.`,
      action: "",
    },
    "place-offered": {
      subject: "Ein Platz ist frei für Sie: {{title}}",
      heading: "Ein Platz ist frei für Sie",
      body: `${hello}\nbei „{{title}}“ ist ein Platz frei geworden. Er gehört Ihnen, wenn Sie möchten. Bis {{until}} halten wir ihn für Sie frei, danach geht er an die Nächsten auf der Liste.\nEs beginnt am {{when}}.`,
      action: "Platz annehmen oder ablehnen",
    },
    "offer-lapsed": {
      subject: "Ihr Angebot ist abgelaufen: {{title}}",
      heading: "Der Platz ist weitergegeben",
      body: `${hello}\nder Platz bei „{{title}}“, den wir für Sie freigehalten haben, wurde nicht rechtzeitig angenommen. Doch dabei sein? Melden Sie sich auf der Seite neu an, am Ende der Liste.`,
      action: "",
    },
    "confirm-address": {
      subject: "Bitte bestätigen: {{title}}",
      heading: "Bestätigen Sie Ihre Anmeldung",
      body: `${hello}\nSie sind fast angemeldet für „{{title}}“, Beginn: {{when}}.\nBitte bestätigen Sie bis {{until}}, dass dies Ihre Adresse ist. Sonst wird die Anmeldung gelöscht.\nSie waren das nicht? Dann tun Sie einfach nichts.`,
      action: "Anmeldung bestätigen",
    },
    "confirm-reminder": {
      subject: "Noch nicht bestätigt: {{title}}",
      heading: "Ihre Anmeldung ist noch nicht bestätigt",
      body: `${hello}\nIhre Anmeldung für „{{title}}“ zählt, sobald Sie sie bestätigen, spätestens bis {{until}}. Danach wird sie gelöscht, und wir schreiben Ihnen nicht mehr.\nEs beginnt am {{when}}.`,
      action: "Anmeldung bestätigen",
    },
    "registration-denied": {
      subject: "Ihre Anmeldung: {{title}}",
      heading: "Ihre Anmeldung wurde nicht angenommen",
      body: `${hello}\nfür „{{title}}“ können wir Sie leider nicht einlassen.\n{{reason}}`,
      action: "",
    },
    "registration-cancelled": {
      subject: "Abgesagt: {{title}}",
      heading: "Ihre Anmeldung ist zurückgezogen",
      body: `${hello}\nSie sind nicht mehr für „{{title}}“ angemeldet. Doch dabei sein? Melden Sie sich auf der Seite einfach neu an.`,
      action: "",
    },
    reminder: {
      subject: "Beginnt {{starts_in}}: {{title}}",
      heading: "{{title}} beginnt {{starts_in}}",
      body: `${hello}\nes beginnt am {{when}}.`,
      action: "Am Webinar teilnehmen",
    },
    "webinar-changed": {
      subject: "Geändert: {{title}}",
      heading: "{{title}} hat sich geändert",
      body: `${hello}\nes beginnt jetzt am {{when}}.\nDer Eintrag im Anhang verschiebt den in Ihrem Kalender.`,
      action: "Am Webinar teilnehmen",
    },
    "webinar-cancelled": {
      subject: "Fällt aus: {{title}}",
      heading: "{{title}} fällt aus",
      body: `${hello}\ndas Webinar, das am {{when}} beginnen sollte, findet nicht statt.\nDer Eintrag im Anhang nimmt es aus Ihrem Kalender.`,
      action: "",
    },
    "follow-up-attended": {
      subject: "Danke fürs Dabeisein: {{title}}",
      heading: "Danke, dass Sie dabei waren",
      body: `${hello}\n{{text}}`,
      action: "",
    },
    "follow-up-missed": {
      subject: "Wir haben Sie vermisst: {{title}}",
      heading: "Wir haben Sie vermisst",
      body: `${hello}\n{{text}}`,
      action: "",
    },
    "replay-ready": {
      subject: "Die Aufzeichnung: {{title}}",
      heading: "Die Aufzeichnung von {{title}} ist da",
      body: `${hello}\nSie können sie ansehen, wann Sie möchten, mit Kapiteln, Fragen und Umfragen.\nIhr persönlicher Link öffnet sie. Bitte geben Sie ihn nicht weiter.`,
      action: "Aufzeichnung ansehen",
    },
    "join-link": {
      subject: "Ihr Link: {{title}}",
      heading: "Hier ist Ihr persönlicher Link",
      body: `${hello}\n„{{title}}“ beginnt am {{when}}.`,
      action: "Am Webinar teilnehmen",
    },
    "panelist-invitation": {
      subject: "Ihr Platz auf der Bühne: {{title}}",
      heading: "Sie sind eingeladen, bei {{title}} zu sprechen",
      body: `${hello}\nes beginnt am {{when}}.\nIhr persönlicher Link öffnet das Studio; dort können Sie Kamera und Mikrofon vorab prüfen.`,
      action: "Studio öffnen",
    },
    "co-host-invitation": {
      subject: "Gemeinsam moderieren: {{title}}",
      heading: "Sie sind eingeladen, {{title}} mitzuleiten",
      body: `${hello}\nes beginnt am {{when}}.\nIhr persönlicher Link öffnet das Studio dieses Webinars: Sie können sprechen, live gehen, Umfragen führen und Fragen beantworten. Bitte geben Sie ihn nicht weiter.`,
      action: "Studio öffnen",
    },
  },
};
