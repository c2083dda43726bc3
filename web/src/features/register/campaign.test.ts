import { expect, it } from "vitest";
import { campaignOf } from "./campaign.ts";

it("finds campaign parameters in the query and behind a fragment", () => {
  expect(campaignOf("?utm_source=mail&x=1&utm_medium=", "")).toEqual({ utm_source: "mail" });
  expect(campaignOf("", "#/registration?utm_source=mail&utm_campaign=a%20b")).toEqual({
    utm_source: "mail",
    utm_campaign: "a b",
  });
  expect(campaignOf("?utm_source=query", "#x?utm_source=hash")).toEqual({ utm_source: "query" });
  expect(campaignOf("?utm_BAD=1&utm_=2", "#")).toEqual({});
  expect(campaignOf("?utm_source=%00a", "")).toEqual({ utm_source: " a" });
});
