/** What each role is for, in the words of people who choose one (the table itself: server/permissions.ts). */
export const roles = [
  { value: "owner", name: "Owner", help: "Everything, with members, keys and webhooks." },
  { value: "host", name: "Host", help: "Schedules and runs webinars, sees registrations and reports." },
  {
    value: "moderator",
    name: "Moderator",
    help: "Is in the studio: questions, polls, raised hands. Sees no addresses.",
  },
  {
    value: "marketer",
    name: "Marketer",
    help: "Schedules, forms, mails, campaign links, registrations and reports.",
  },
  { value: "analyst", name: "Analyst", help: "Sees registrations, reports and exports, changes nothing." },
] as const;
export type Role = (typeof roles)[number]["value"];
export const roleNames = Object.fromEntries(roles.map(({ value, name }) => [value, name])) as Record<
  Role,
  string
>;
