/** The mails of a webinar in English. `{{…}}` is filled in; hosts may write their own words for each. */
const hello = "Hello {{name}},";

export const mailEn = {
  manage: "Change or cancel your registration",
  check: "Test your connection beforehand",
  unsubscribe: "No more reminders",
  attached: "The calendar entry is attached.",
  attachedMany: "A calendar entry for each date is attached.",
  waiting: "on the waitlist",
  pending: "not decided yet",
  inMinutes: (count: number) => `in ${count} minutes`,
  inHours: (count: number) => `in ${count} hours`,
  inDays: (count: number) => `in ${count} days`,
  attendedText: (title: string) => `it was good to have you at ${title}.`,
  missedText: (title: string) => `you were registered for ${title} and could not come.`,
  kinds: {
    confirmation: {
      subject: "You are registered: {{title}}",
      heading: "See you at {{title}}",
      body: `${hello}\nyou are registered. It starts {{when}}.\nYour personal link opens the room. Please keep it to yourself.`,
      action: "Join the webinar",
    },
    "series-confirmation": {
      subject: "You are registered: {{title}}",
      heading: "See you at {{title}}",
      body: `${hello}\nthese are your dates. Each has a personal link that opens the room. Please keep them to yourself.`,
      action: "",
    },
    "registration-pending": {
      subject: "Your registration is being looked at: {{title}}",
      heading: "Thank you, we have your registration",
      body: `${hello}\nthe host of {{title}} lets people in by hand. You get a mail with your personal link as soon as yours is approved.\nIt starts {{when}}.`,
      action: "",
    },
    "registration-waitlisted": {
      subject: "You are on the waitlist: {{title}}",
      heading: "All places are taken for now",
      body: `${hello}\n{{title}} is full. You are on the waitlist, and get a mail with your personal link as soon as a place becomes free for you.\nIt starts {{when}}.`,
      action: "",
    },
    "place-offered": {
      subject: "A place is free for you: {{title}}",
      heading: "A place is free for you",
      body: `${hello}\na place at {{title}} became free, and it is yours if you want it. It is kept for you until {{until}}; then whoever waits next gets it.\nIt starts {{when}}.`,
      action: "Take or decline the place",
    },
    "offer-lapsed": {
      subject: "Your offer is over: {{title}}",
      heading: "The place went to somebody else",
      body: `${hello}\nthe place at {{title}} that was kept for you was not taken in time. Still want to come? Register again on its page, at the end of the line.`,
      action: "",
    },
    "confirm-address": {
      subject: "Please confirm: {{title}}",
      heading: "Confirm your registration",
      body: `${hello}\nyou are nearly registered for {{title}}, which starts {{when}}.\nPlease confirm by {{until}} that this is your address. If you do not, the registration is deleted.\nIt was not you? Then do nothing.`,
      action: "Confirm my registration",
    },
    "confirm-reminder": {
      subject: "Still to confirm: {{title}}",
      heading: "Your registration is not confirmed yet",
      body: `${hello}\nyour registration for {{title}} counts once you confirm it, by {{until}}. After that it is deleted, and we do not write again.\nIt starts {{when}}.`,
      action: "Confirm my registration",
    },
    "registration-denied": {
      subject: "Your registration: {{title}}",
      heading: "Your registration was not accepted",
      body: `${hello}\nthe host cannot let you in to {{title}}.\n{{reason}}`,
      action: "",
    },
    "registration-cancelled": {
      subject: "Cancelled: {{title}}",
      heading: "Your registration is cancelled",
      body: `${hello}\nyou are no longer registered for {{title}}. Changed your mind? Register again on its page.`,
      action: "",
    },
    reminder: {
      subject: "Starts {{starts_in}}: {{title}}",
      heading: "{{title}} starts {{starts_in}}",
      body: `${hello}\nit starts {{when}}.`,
      action: "Join the webinar",
    },
    "webinar-changed": {
      subject: "Changed: {{title}}",
      heading: "{{title}} has changed",
      body: `${hello}\nit now starts {{when}}.\nThe attached entry moves the one in your calendar.`,
      action: "Join the webinar",
    },
    "webinar-cancelled": {
      subject: "Cancelled: {{title}}",
      heading: "{{title}} is cancelled",
      body: `${hello}\nthe webinar that was to start {{when}} does not take place.\nThe attached entry removes it from your calendar.`,
      action: "",
    },
    "follow-up-attended": {
      subject: "Thank you for coming: {{title}}",
      heading: "Thank you for coming",
      body: `${hello}\n{{text}}`,
      action: "",
    },
    "follow-up-missed": {
      subject: "We missed you: {{title}}",
      heading: "We missed you",
      body: `${hello}\n{{text}}`,
      action: "",
    },
    "replay-ready": {
      subject: "Watch the recording: {{title}}",
      heading: "The recording of {{title}} is there",
      body: `${hello}\nyou can watch it whenever you like, with its chapters, questions and polls.\nYour personal link opens it. Please keep it to yourself.`,
      action: "Watch the recording",
    },
    "join-link": {
      subject: "Your link: {{title}}",
      heading: "Here is your personal link",
      body: `${hello}\n{{title}} starts {{when}}.`,
      action: "Join the webinar",
    },
    "panelist-invitation": {
      subject: "Your place on stage: {{title}}",
      heading: "You are invited to speak at {{title}}",
      body: `${hello}\nit starts {{when}}.\nYour personal link opens the studio, where you can check camera and microphone beforehand.`,
      action: "Open the studio",
    },
    "co-host-invitation": {
      subject: "Host with us: {{title}}",
      heading: "You are invited to co-host {{title}}",
      body: `${hello}\nit starts {{when}}.\nYour personal link opens the studio of this webinar: you can speak, go live, run polls and answer questions. Please keep it to yourself.`,
      action: "Open the studio",
    },
  },
};
export type MailTexts = typeof mailEn;
export type MailKind = keyof MailTexts["kinds"];
