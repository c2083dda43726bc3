/** Shapes of what hosts choose and write, as they are stored. */
export type Speaker = { id: string; name: string; role: string; bio: string; picture: string | null };
/** `minute` from the start. */
export type AgendaItem = { id: string; minute: number; title: string; text: string };
/** What a webinar's public page shows besides its title and date; colours are `#rrggbb`, pictures ids. */
export type PublicPage = {
  accent: string | null;
  logo: string | null;
  cover: string | null;
  speakers: Speaker[];
  agenda: AgendaItem[];
  /** Visitors may read page and rooms in another language than the webinar's; unless it says no, they may. */
  languageChoice?: boolean | undefined;
};
/** What an organisation's webinars show when they choose nothing of their own. */
export type OrganisationBrand = { accent: string | null; logo: string | null };
/** A mail with places to fill in, `{{name}}`; paragraphs of `body` are lines. */
export type MailText = { subject: string; heading: string; body: string; action: string };
