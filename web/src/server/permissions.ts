import type { User } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";

/** Members have one of five; a co-host is a guest of one webinar, whom a personal link makes known. */
export type ActingRole = User["role"];

/** Who may do what in an organisation: the only place that says so (docs/roles.md is this table in words). */
const rolesOf = {
  /** See which webinars there are. */
  "webinar.list": ["owner", "host", "moderator", "marketer", "analyst"],
  /** See a webinar: title, date, phase, panelists. */
  "webinar.view": ["owner", "host", "moderator", "marketer", "analyst", "co-host"],
  /** Schedule, change, cancel; reminders and follow-ups. */
  "webinar.edit": ["owner", "host", "marketer"],
  /** Go live, end, arrange the picture, call somebody on stage. */
  "webinar.run": ["owner", "host", "co-host"],
  /** Invite panelists and co-hosts by mail, and take that back. */
  "stage.invite": ["owner", "host"],
  /** Be in the studio; answer questions, run polls, lower hands. */
  "room.moderate": ["owner", "host", "moderator", "co-host"],
  /** See who registered. */
  "registration.view": ["owner", "host", "marketer", "analyst"],
  /** The form and its rules, approve, deny, import. */
  "registration.manage": ["owner", "host", "marketer"],
  /** Reports, recordings and every export. */
  "report.view": ["owner", "host", "marketer", "analyst"],
  /** Campaign links: what came of them, and making them. */
  "campaign.view": ["owner", "host", "marketer", "analyst"],
  "campaign.manage": ["owner", "host", "marketer"],
  /** API keys, webhooks, the sites that may embed: whoever has a key acts without a role. */
  "integration.manage": ["owner"],
  /** People's data: look up, export, erase; how long it is kept; the audit log. */
  "privacy.manage": ["owner"],
  /** Members, their roles, the organisation's name. */
  "member.manage": ["owner"],
  /** One's own account: which organisation to work in. */
  "account.own": ["owner", "host", "moderator", "marketer", "analyst"],
} as const satisfies Record<string, readonly ActingRole[]>;

export type Permission = keyof typeof rolesOf;

/** What a signed-in member needs for each procedure that is neither public nor a participant's. */
export const procedurePermissions: Readonly<Record<string, Permission>> = {
  "webinar.create": "webinar.edit",
  "webinar.list": "webinar.list",
  "webinar.get": "webinar.view",
  "webinar.update": "webinar.edit",
  "webinar.cancel": "webinar.edit",
  "webinar.mails": "webinar.edit",
  "webinar.setMails": "webinar.edit",
  "webinar.goLive": "webinar.run",
  "webinar.end": "webinar.run",
  "webinar.setLayout": "webinar.run",
  "webinar.invitePanelist": "stage.invite",
  "webinar.resendInvitation": "stage.invite",
  "webinar.revokeInvitation": "stage.invite",
  "webinar.panelists": "webinar.view",
  "webinar.recording": "report.view",
  "webinar.programme": "webinar.view",
  "registration.rules": "registration.manage",
  "registration.setRules": "registration.manage",
  "registration.setDoor": "registration.manage",
  "registration.form": "registration.manage",
  "registration.saveForm": "registration.manage",
  "registration.decide": "registration.manage",
  "registration.list": "registration.view",
  "report.summary": "report.view",
  "attendance.admitHost": "room.moderate",
  "attendance.present": "room.moderate",
  "attendance.remove": "room.moderate",
  "attendance.letBack": "room.moderate",
  "question.answer": "room.moderate",
  "question.dismiss": "room.moderate",
  "poll.create": "room.moderate",
  "poll.open": "room.moderate",
  "poll.close": "room.moderate",
  "hand.invite": "webinar.run",
  "hand.dismiss": "room.moderate",
  "page.get": "webinar.edit",
  "page.save": "webinar.edit",
  "page.saveBrand": "webinar.edit",
  "plan.dates": "webinar.edit",
  "plan.repeat": "webinar.edit",
  "plan.series": "webinar.edit",
  "plan.setChoice": "webinar.edit",
  "plan.changeFollowing": "webinar.edit",
  "plan.cancelFollowing": "webinar.edit",
  "plan.clone": "webinar.edit",
  "plan.templates": "webinar.edit",
  "plan.saveTemplate": "webinar.edit",
  "plan.deleteTemplate": "webinar.edit",
  "plan.fromTemplate": "webinar.edit",
  "mail.texts": "webinar.edit",
  "mail.preview": "webinar.edit",
  "mail.saveText": "webinar.edit",
  "mail.sendTest": "webinar.edit",
  "mail.timeline": "registration.view",
  "mail.totals": "registration.view",
  "mail.setOpens": "webinar.edit",
  "mail.mendAddress": "registration.manage",
  "check.summary": "registration.view",
  "encoder.list": "webinar.run",
  "encoder.create": "webinar.run",
  "encoder.renewKey": "webinar.run",
  "encoder.revoke": "webinar.run",
  "caption.list": "report.view",
  "caption.edit": "webinar.edit",
  "caption.newKey": "webinar.run",
  "replay.settings": "report.view",
  "replay.change": "webinar.edit",
  "replay.publish": "webinar.edit",
  "replay.keep": "webinar.edit",
  "replay.keepLonger": "webinar.edit",
  "replay.render": "webinar.edit",
  "replay.removeRender": "webinar.edit",
  "replay.mark": "webinar.edit",
  "replay.unmark": "webinar.edit",
  "privacy.find": "privacy.manage",
  "privacy.export": "privacy.manage",
  "privacy.erase": "privacy.manage",
  "privacy.retention": "webinar.edit",
  "privacy.setRetention": "privacy.manage",
  "privacy.recordings": "webinar.edit",
  "privacy.setRecordings": "privacy.manage",
  "privacy.setDoubleOptIn": "privacy.manage",
  "privacy.webinarRetention": "webinar.edit",
  "privacy.setWebinarRetention": "privacy.manage",
  "privacy.audit": "privacy.manage",
  "organisation.mine": "account.own",
  "organisation.enter": "account.own",
  "organisation.rename": "member.manage",
  "organisation.members": "member.manage",
  "organisation.invite": "member.manage",
  "organisation.withdraw": "member.manage",
  "organisation.setRole": "member.manage",
  "organisation.remove": "member.manage",
  "campaignLink.list": "campaign.view",
  "campaignLink.create": "campaign.manage",
  "campaignLink.remove": "campaign.manage",
  "integration.overview": "integration.manage",
  "integration.createKey": "integration.manage",
  "integration.revokeKey": "integration.manage",
  "integration.createEndpoint": "integration.manage",
  "integration.changeEndpoint": "integration.manage",
  "integration.removeEndpoint": "integration.manage",
  "integration.revealSecret": "integration.manage",
  "integration.rotateSecret": "integration.manage",
  "integration.ping": "integration.manage",
  "integration.deliveries": "integration.manage",
  "integration.delivery": "integration.manage",
  "integration.redeliver": "integration.manage",
  "integration.setEmbedOrigins": "integration.manage",
  "exportDelivery.list": "integration.manage",
  "exportDelivery.create": "integration.manage",
  "exportDelivery.change": "integration.manage",
  "exportDelivery.remove": "integration.manage",
  "exportDelivery.test": "integration.manage",
  "exportDelivery.deliverNow": "integration.manage",
  "exportDelivery.runs": "integration.manage",
};

/** The same for the addresses that are no procedures: by method and path, as Next names it. */
export const routePermissions = {
  "GET /api/webinars/[webinarId]/exports/[file]": "report.view",
  "GET /api/webinars/[webinarId]/registrations.csv": "report.view",
  "POST /api/webinars/[webinarId]/registrations/import": "registration.manage",
  "GET /api/webinars/[webinarId]/captions/[file]": "report.view",
  "PUT /api/webinars/[webinarId]/captions/[file]": "webinar.edit",
  "POST /api/pictures": "webinar.edit",
  "GET /api/audit.csv": "privacy.manage",
} as const satisfies Record<string, Permission>;
export type HostRoute = keyof typeof routePermissions;

export const may = (role: ActingRole, permission: Permission): boolean =>
  (rolesOf[permission] as readonly ActingRole[]).includes(role);

/** Everything a role may do, for pages that show only what somebody can use. */
export const permissionsOf = (role: ActingRole): Permission[] =>
  (Object.keys(rolesOf) as Permission[]).filter((permission) => may(role, permission));

/** Throws permission.denied, also for a procedure that nobody entered in the table. */
export function requirePermission(user: User, permission: Permission | undefined): void {
  if (!permission || !may(user.role, permission))
    throw new RostrumError(
      "permission.denied",
      "Your role does not allow this. Ask an owner of your organisation.",
    );
}
