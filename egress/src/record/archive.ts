import { createReadStream } from "node:fs";
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";

export type ArchiveOptions = {
  bucket: string;
  region: string;
  /** Another provider than AWS. */
  endpoint: string | undefined;
  accessKeyId: string;
  secretAccessKey: string;
  /** Before every key, e.g. `rostrum/`. */
  prefix: string;
};

/** A file of a webinar: its recording, or a separate track. */
export type ArchivedFile = { webinarId: string; name: string };

/** How long a download link works, seconds: longer than a slow download takes to begin. */
const linkSeconds = 3600;

/** Finished recordings in an S3-compatible bucket: a copy that outlives this node's disk. */
export class Archive {
  readonly #client: S3Client;
  readonly #options: ArchiveOptions;

  constructor(options: ArchiveOptions) {
    this.#options = options;
    const { region, endpoint, accessKeyId, secretAccessKey } = options;
    this.#client = new S3Client({
      region,
      credentials: { accessKeyId, secretAccessKey },
      ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    });
  }

  #object({ webinarId, name }: ArchivedFile): { Bucket: string; Key: string } {
    return { Bucket: this.#options.bucket, Key: `${this.#options.prefix}${webinarId}/${name}` };
  }

  /** Upload in parts, streamed from disk. A copy of the same length is not sent again. */
  async store(object: ArchivedFile, file: string, bytes: number): Promise<void> {
    if ((await this.#size(object)) === bytes) return;
    const upload = new Upload({
      client: this.#client,
      params: {
        ...this.#object(object),
        Body: createReadStream(file),
        ContentType: object.name.endsWith(".webm") ? "video/webm" : "video/mp4",
      },
    });
    await upload.done();
  }

  async #size(object: ArchivedFile): Promise<number | undefined> {
    try {
      return (await this.#client.send(new HeadObjectCommand(this.#object(object)))).ContentLength;
    } catch (error) {
      const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
      if (status === 404) return undefined;
      throw error;
    }
  }

  /** A signed address of the copy; null when there is none. */
  async link(object: ArchivedFile): Promise<string | null> {
    if ((await this.#size(object)) === undefined) return null;
    return getSignedUrl(this.#client, new GetObjectCommand(this.#object(object)), {
      expiresIn: linkSeconds,
    });
  }

  /** Delete all copies of a webinar, and what is being uploaded of it. Safe to do again. */
  async remove(webinarId: string): Promise<void> {
    const { bucket: Bucket, prefix } = this.#options;
    const Prefix = `${prefix}${webinarId}/`;
    await this.abortUploads(new Date(8.64e15), Prefix);
    for (;;) {
      const { Contents = [] } = await this.#client.send(new ListObjectsV2Command({ Bucket, Prefix }));
      const Objects = Contents.flatMap(({ Key }) => (Key ? [{ Key }] : []));
      if (Objects.length === 0) return;
      const { Errors = [] } = await this.#client.send(
        new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }),
      );
      if (Errors.length > 0) throw new Error(`${Errors[0]?.Key}: ${Errors[0]?.Message}`);
    }
  }

  /** Delete one copy. Safe to do again. */
  async removeFile(object: ArchivedFile): Promise<void> {
    await this.#client.send(new DeleteObjectCommand(this.#object(object)));
  }

  /** End uploads in parts that began before `before` and were never finished: they are paid for. Answers how many. */
  async abortUploads(before: Date, Prefix = this.#options.prefix): Promise<number> {
    const { bucket: Bucket } = this.#options;
    let aborted = 0;
    let after: { KeyMarker?: string; UploadIdMarker?: string } = {};
    for (;;) {
      const page = await this.#client.send(new ListMultipartUploadsCommand({ Bucket, Prefix, ...after }));
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        // Not every S3-compatible server heeds the prefix here.
        if (!Key?.startsWith(Prefix) || !UploadId || !Initiated || Initiated >= before) continue;
        await this.#client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
        aborted += 1;
      }
      if (!page.IsTruncated || !page.NextKeyMarker) return aborted;
      after = {
        KeyMarker: page.NextKeyMarker,
        ...(page.NextUploadIdMarker ? { UploadIdMarker: page.NextUploadIdMarker } : {}),
      };
    }
  }

  close(): void {
    this.#client.destroy();
  }
}
