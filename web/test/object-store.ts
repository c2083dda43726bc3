import { S3Client } from "@aws-sdk/client-s3";
import { startFauxqs } from "fauxqs";

/** A delivery that nothing but a test starts. */
export const nightly = {
  name: "Warehouse",
  webinarId: null,
  endpointId: null,
  bucket: null,
  hoursAfterEnd: null,
  dailyMinute: null,
};

export type TestStore = {
  client: S3Client;
  /** As the form sends it. */
  bucket: {
    endpoint: string;
    region: string;
    bucket: string;
    prefix: string;
    accessKeyId: string;
    secretKey: string;
  };
  close: () => Promise<void>;
};

/** A real S3-compatible server with one bucket. */
export async function openStore(bucket: string): Promise<TestStore> {
  const server = await startFauxqs({ port: 0, logger: false });
  server.createBucket(bucket);
  const endpoint = `http://127.0.0.1:${server.port}`;
  const credentials = { accessKeyId: "AKIAEXAMPLE1234", secretAccessKey: "very-secret-key" };
  const client = new S3Client({ region: "eu-central-1", endpoint, forcePathStyle: true, credentials });
  return {
    client,
    bucket: {
      endpoint,
      region: "eu-central-1",
      bucket,
      prefix: "webinars/",
      accessKeyId: credentials.accessKeyId,
      secretKey: credentials.secretAccessKey,
    },
    close: async () => {
      client.destroy();
      await server.stop();
    },
  };
}
