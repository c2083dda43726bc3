import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { makeCertificate } from "./certificate.ts";

it("is signed by its own key and valid now", () => {
  const now = new Date("2031-12-31T23:59:58Z");
  const { certificate, key, fingerprint } = makeCertificate(now);
  const read = new X509Certificate(certificate);
  expect(read.verify(read.publicKey)).toBe(true);
  expect(read.checkPrivateKey(key)).toBe(true);
  expect(new Date(read.validFrom) < now && now < new Date(read.validTo)).toBe(true);
  expect(fingerprint).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
});
