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
