// From Rostrum's webhooks to HubSpot or Salesforce: a reference you can run and change (docs/crm.md has the field table).
//
//   WEBHOOK_SECRET=whsec_... CRM=hubspot    CRM_URL=https://api.hubapi.com            CRM_TOKEN=... PORT=8080 node crm-receiver.mjs
//   WEBHOOK_SECRET=whsec_... CRM=salesforce CRM_URL=https://you.my.salesforce.com     CRM_TOKEN=... \
//     CAMPAIGNS='{"webinar-slug":"701..."}' PORT=8080 node crm-receiver.mjs
//
// Every call to the CRM is an upsert by a key of its own, so that a message that comes twice changes nothing, and what the
// CRM refuses for the moment is answered with 500: Rostrum sends it again for three days, in order for each registrant.
import { pathToFileURL } from "node:url";
import { createReceiver } from "./webhook-receiver.mjs";

/** One field here, two there: what stands in front of the last blank, and what behind. A last name is never empty. */
export function splitName(name) {
  const words = name.trim().split(/\s+/);
  const last = words.pop() || "Unknown";
  return { first: words.join(" "), last };
}

/** Only what has a value: an upsert must not wipe what somebody wrote into the CRM by hand. */
const filled = (fields) =>
  Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null && value !== ""),
  );

/** The call that HubSpot needs for a message; undefined when there is none. Custom properties begin with `rostrum_`. */
export function toHubSpot({ type, data }) {
  const { registration, webinar, attendance } = data;
  if (!registration?.email) return undefined;
  const { first, last } = splitName(registration.name);
  const utm = registration.utm ?? {};
  const properties = filled({
    email: registration.email,
    firstname: first,
    lastname: last,
    rostrum_webinar: webinar.title,
    rostrum_webinar_id: webinar.id,
    rostrum_status: registration.status,
    rostrum_utm_source: utm.utm_source,
    rostrum_utm_medium: utm.utm_medium,
    rostrum_utm_campaign: utm.utm_campaign,
    ...(type === "attendance.finished"
      ? {
          rostrum_attended: String(attendance.attended),
          rostrum_minutes: String(attendance.minutesWhileLive),
          rostrum_score: String(attendance.engagementScore),
        }
      : {}),
  });
  return [
    {
      method: "POST",
      path: "/crm/v3/objects/contacts/batch/upsert",
      body: { inputs: [{ idProperty: "email", id: registration.email, properties }] },
    },
  ];
}

/** Member statuses that the campaign must have. */
const memberStatus = ({ type, data }) => {
  if (type === "attendance.finished") return data.attendance.attended ? "Attended" : "No show";
  if (type === "attendance.joined") return "Attended";
  const known = {
    registered: "Registered",
    pending: "Pending",
    waitlisted: "Waitlisted",
    denied: "Denied",
    cancelled: "Cancelled",
  };
  return known[data.registration.status];
};

/** The calls for Salesforce: the lead, by its address, and its membership of the webinar's campaign, by the registration. */
export function toSalesforce(message, campaigns = {}) {
  const { registration, webinar } = message.data;
  if (!registration?.email) return undefined;
  const { first, last } = splitName(registration.name);
  const key = encodeURIComponent(registration.email.toLowerCase());
  const utm = registration.utm ?? {};
  const root = "/services/data/v62.0/sobjects";
  const calls = [
    {
      method: "PATCH",
      path: `${root}/Lead/Rostrum_Email__c/${key}`,
      body: filled({
        FirstName: first,
        LastName: last,
        Email: registration.email,
        Company: "[not provided]",
        LeadSource: "Webinar",
        Rostrum_UTM_Source__c: utm.utm_source,
        Rostrum_UTM_Campaign__c: utm.utm_campaign,
      }),
    },
  ];
  const status = memberStatus(message);
  const campaign = campaigns[webinar.slug];
  if (campaign && status)
    calls.push({
      method: "PATCH",
      path: `${root}/CampaignMember/Rostrum_Registration__c/${registration.id}`,
      body: filled({
        CampaignId: campaign,
        Lead: { Rostrum_Email__c: registration.email.toLowerCase() },
        Status: status,
        Rostrum_Minutes__c: message.data.attendance?.minutesWhileLive,
        Rostrum_Score__c: message.data.attendance?.engagementScore,
      }),
    });
  return calls;
}

/** A receiver that brings every message to the CRM before it says that it has it. */
export function createCrmReceiver({ secrets, crm, url, token, campaigns }) {
  const map = crm === "salesforce" ? (message) => toSalesforce(message, campaigns) : toHubSpot;
  return createReceiver(secrets, async (message) => {
    for (const { method, path, body } of map(message) ?? []) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify(body),
        signal: AbortSignal.timeout(10_000),
      });
      if (!response.ok) throw new Error(`${crm} answered ${response.status}`);
    }
  });
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const {
    WEBHOOK_SECRET = "",
    CRM = "hubspot",
    CRM_URL,
    CRM_TOKEN,
    CAMPAIGNS = "{}",
    PORT = "8080",
  } = process.env;
  createCrmReceiver({
    secrets: WEBHOOK_SECRET.split(",").filter(Boolean),
    crm: CRM,
    url: CRM_URL,
    token: CRM_TOKEN,
    campaigns: JSON.parse(CAMPAIGNS),
  }).listen(Number(PORT));
}
