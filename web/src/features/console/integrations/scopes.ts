/** What a key of the API may do. */
export const apiScopes = [
  "webinars:read",
  "webinars:write",
  "registrations:read",
  "registrations:write",
  "reports:read",
] as const;
export type ApiScope = (typeof apiScopes)[number];
