import { generateKeyPairSync, type KeyObject, sign, X509Certificate } from "node:crypto";

/** DER, its private key, and the SHA-256 fingerprint as SDP has it (RFC 8122 §5). */
export type Certificate = { certificate: Buffer; key: KeyObject; fingerprint: string };

/** One value in DER (X.690 §8): tag, length, contents. */
function der(tag: number, ...contents: Buffer[]): Buffer {
  const body = Buffer.concat(contents);
  const length = body.length < 128 ? [body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

const hex = (text: string): Buffer => Buffer.from(text, "hex");
const sequence = (...contents: Buffer[]): Buffer => der(0x30, ...contents);
const utcTime = (date: Date): Buffer =>
  der(0x17, Buffer.from(`${date.toISOString().replace(/[-:T]/g, "").slice(2, 14)}Z`));

const ecdsaWithSha256 = sequence(der(0x06, hex("2a8648ce3d040302")));
const name = sequence(
  der(0x31, sequence(der(0x06, hex("550403")), der(0x0c, Buffer.from("swarm")))), // commonName
);

/**
 * A self-signed certificate for DTLS (RFC 5280 §4.1): P-256, good for two days. Receivers that share one spare the
 * machine a key pair each, and know their fingerprint before anything is negotiated, as a page that calls
 * RTCPeerConnection.generateCertificate does.
 */
export function makeCertificate(now = new Date()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const day = 24 * 3600 * 1000;
  const toBeSigned = sequence(
    der(0xa0, der(0x02, hex("02"))), // version 3
    der(0x02, hex("01")),
    ecdsaWithSha256,
    name,
    sequence(utcTime(new Date(now.getTime() - day)), utcTime(new Date(now.getTime() + day))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
  );
  const signature = der(0x03, hex("00"), sign("sha256", toBeSigned, privateKey));
  const certificate = new X509Certificate(sequence(toBeSigned, ecdsaWithSha256, signature));
  return {
    certificate: certificate.raw,
    key: privateKey,
    fingerprint: certificate.fingerprint256,
  };
}
