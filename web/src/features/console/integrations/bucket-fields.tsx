"use client";
import { TextField } from "../../../ui/field.tsx";
import type { BucketDraft } from "./export-delivery.ts";

const fields: {
  key: keyof BucketDraft;
  label: string;
  help?: string;
  type?: string;
  placeholder?: string;
}[] = [
  { key: "bucket", label: "Bucket", placeholder: "acme-webinars" },
  { key: "prefix", label: "Folder", help: "Before the name of every file." },
  { key: "region", label: "Region" },
  {
    key: "endpoint",
    label: "Endpoint (empty: AWS)",
    placeholder: "https://s3.example.com",
    type: "url",
    help: "Of a provider other than AWS.",
  },
  { key: "accessKeyId", label: "Access key" },
  {
    key: "secretKey",
    label: "Secret key",
    type: "password",
    help: "Stored encrypted, and never shown again.",
  },
];

type Props = {
  bucket: BucketDraft;
  /** One is stored: an empty field keeps it. */
  keepsKey: boolean;
  onChange: (bucket: BucketDraft) => void;
  faultOf: (field: string) => string | undefined;
};

/** Where a bucket is, and the keys that may write to it. */
export function BucketFields({ bucket, keepsKey, onChange, faultOf }: Props) {
  return (
    <fieldset className="field plain stack">
      <legend className="label">Storage that speaks S3</legend>
      {fields.map(({ key, ...field }) => (
        <TextField
          key={key}
          {...field}
          autoComplete="off"
          value={bucket[key]}
          {...(key === "secretKey" && keepsKey ? { placeholder: "unchanged" } : {})}
          onChange={(event) => onChange({ ...bucket, [key]: event.target.value })}
          fault={faultOf(key)}
        />
      ))}
    </fieldset>
  );
}
