import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ApprovalRules, domainOf, judgeAddress } from "./registration.ts";

const rules: ApprovalRules = {
  approval: "review",
  allowedDomains: ["acme.example", "*.uni.example"],
  blockedDomains: ["rival.example", "spam.uni.example"],
};

describe("an address", () => {
  it("is judged by its domain, blocked before allowed", () => {
    expect(judgeAddress("ada@acme.example", rules).status).toBe("registered");
    expect(judgeAddress("Ada@ACME.Example ", rules).status).toBe("registered");
    expect(judgeAddress("ada@cs.uni.example", rules).status).toBe("registered");
    expect(judgeAddress("ada@uni.example", rules).status).toBe("pending");
    expect(judgeAddress("ada@notacme.example", rules).status).toBe("pending");
    expect(judgeAddress("ada@acme.example.evil.test", rules).status).toBe("pending");
    expect(judgeAddress('"x@acme.example"@evil.test', rules).status).toBe("pending");
    expect(judgeAddress("x@rival.example", rules)).toMatchObject({ status: "denied", reason: /rival/ });
    expect(judgeAddress("x@spam.uni.example", rules).status).toBe("denied");
  });

  it("that no rule names is what the host chose", () => {
    const of = (approval: ApprovalRules["approval"]) =>
      judgeAddress("a@b.test", { ...rules, approval }).status;
    expect([of("approve"), of("review"), of("deny")]).toEqual(["registered", "pending", "denied"]);
  });

  it("is never let in by a rule that does not end its domain", () => {
    fc.assert(
      fc.property(fc.domain(), fc.domain(), (domain, rule) => {
        const { status } = judgeAddress(`x@${domain}`, {
          approval: "deny",
          allowedDomains: [rule],
          blockedDomains: [],
        });
        expect(status === "registered").toBe(domainOf(`x@${domain}`) === rule.toLowerCase());
      }),
    );
  });
});
