import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { must, run } from "./command.ts";

export type Certificate = { authority: string; cert: string; key: string };

/** An authority of our own and one certificate by it for all these addresses, as PEM files good for two days. */
export async function makeCertificate(folder: string, addresses: string[]): Promise<Certificate> {
  const file = (name: string): string => path.join(folder, name);
  const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const [authority, cert] = [file("authority.pem"), file("cert.pem")];
  await must([
    ...["openssl", "req", "-x509", ...key, "-keyout", file("authority.key"), "-out", authority],
    ...["-days", "2", "-subj", "/CN=Rostrum test bed", "-addext", "basicConstraints=critical,CA:TRUE"],
    ...["-addext", "keyUsage=critical,keyCertSign,cRLSign"],
  ]);
  const names = addresses.map((address) => `IP:${address}`).join(",");
  writeFileSync(
    file("leaf.cnf"),
    `subjectAltName=${names}\nextendedKeyUsage=serverAuth\nkeyUsage=digitalSignature\nbasicConstraints=CA:FALSE\n`,
  );
  await must([
    ...[
      "openssl",
      "req",
      ...key,
      "-keyout",
      file("key.pem"),
      "-out",
      file("leaf.csr"),
      "-subj",
      "/CN=rostrum-bed",
    ],
  ]);
  await must([
    ...[
      "openssl",
      "x509",
      "-req",
      "-in",
      file("leaf.csr"),
      "-CA",
      authority,
      "-CAkey",
      file("authority.key"),
    ],
    ...["-CAcreateserial", "-days", "2", "-extfile", file("leaf.cnf"), "-out", cert],
  ]);
  return { authority, cert, key: file("key.pem") };
}

/**
 * A home folder whose browser trusts the authority, pages and TURN over TLS alike. False when the machine has no certutil
 * (libnss3-tools): the browser must then be told to accept any certificate.
 */
export async function trustInHome(home: string, authority: string): Promise<boolean> {
  const store = path.join(home, ".pki/nssdb");
  mkdirSync(store, { recursive: true });
  const certutil = (...args: string[]) => run(["certutil", "-d", `sql:${store}`, ...args]);
  if ((await certutil("-N", "--empty-password")).code !== 0) return false;
  return (await certutil("-A", "-n", "rostrum-bed", "-t", "C,,", "-i", authority)).code === 0;
}
