import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { isIP } from "node:net";
import { Readable } from "node:stream";
import { DeleteObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import type { Bucket } from "@rostrum/db";
import { type Networks, PrivateAddressError } from "../webhooks/networks.ts";

/** A provider that has not answered by then will not, ms. */
const patienceMs = 20_000;

export type Put = { key: string; body: ReadableStream<Uint8Array>; type: string };

/**
 * An organisation's own bucket: S3 or a provider that speaks it. Addresses are held to the same rule as webhooks': public
 * ones, and the operator's own networks; only there without TLS.
 */
export class OwnBucket {
  readonly #client: S3Client;
  readonly #options: Bucket;

  /** Throws PrivateAddressError for a literal address that may not be called. */
  constructor(networks: Networks, options: Bucket, secretAccessKey: string) {
    this.#options = options;
    const { endpoint, region, accessKeyId } = options;
    if (endpoint) refuseLiteral(networks, new URL(endpoint));
    this.#client = new S3Client({
      region,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 2,
      // Checksums of S3's own kind are not known to every provider.
      requestChecksumCalculation: "WHEN_REQUIRED",
      requestHandler: {
        connectionTimeout: patienceMs,
        requestTimeout: patienceMs,
        httpsAgent: new HttpsAgent({ lookup: networks.lookup }),
        httpAgent: new HttpAgent({ lookup: networks.ownLookup }),
      },
      ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    });
  }

  /** Streamed, in parts when it is long. Answers how many bytes it was. Throws what the provider answers. */
  async put({ key, body, type }: Put, signal: AbortSignal): Promise<number> {
    let bytes = 0;
    const counted = body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          bytes += chunk.byteLength;
          controller.enqueue(chunk);
        },
      }),
    );
    const upload = new Upload({
      client: this.#client,
      queueSize: 1,
      params: {
        Bucket: this.#options.bucket,
        Key: key,
        Body: Readable.fromWeb(counted as Parameters<typeof Readable.fromWeb>[0]),
        ContentType: type,
      },
    });
    const stop = () => void upload.abort();
    signal.addEventListener("abort", stop, { once: true });
    try {
      await upload.done();
    } finally {
      signal.removeEventListener("abort", stop);
    }
    return bytes;
  }

  /** Write and delete a small object: the keys, the bucket and the way to it are right, or it throws. */
  async test(): Promise<void> {
    const object = { Bucket: this.#options.bucket, Key: `${this.#options.prefix}rostrum-test.txt` };
    await this.#client.send(new PutObjectCommand({ ...object, Body: "Rostrum can write here.\n" }));
    await this.#client.send(new DeleteObjectCommand(object));
  }

  close(): void {
    this.#client.destroy();
  }
}

/** A literal address is never looked up: it is checked here. */
function refuseLiteral(networks: Networks, { hostname, protocol }: URL): void {
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) === 0) return;
  if (!networks.mayCall(host) || (protocol === "http:" && !networks.isOwn(host)))
    throw new PrivateAddressError(host);
}
