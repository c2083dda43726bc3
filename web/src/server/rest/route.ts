import type { User, Webinar } from "@rostrum/db";
import { RostrumError } from "@rostrum/protocol";
import { z } from "zod";
import type { ApiScope } from "../../features/console/integrations/scopes.ts";
import { ownedWebinar } from "../owned-webinar.ts";
import type { Services } from "../services.ts";

type Shape = z.ZodObject;
/** What a route works with: everything in it has been looked at. `user` is who made the key. */
export type Call<Q, B> = {
  services: Services;
  user: User;
  params: Record<string, string>;
  query: Q;
  body: B;
  /** The webinar that the address names. Throws not-found. */
  webinar: () => Promise<Webinar>;
};
type Definition<Q extends Shape, B extends Shape, A extends z.ZodType> = {
  method: "GET" | "POST" | "PATCH";
  /** Below /api/v1, as OpenAPI writes it. */
  path: string;
  scope: ApiScope;
  id: string;
  summary: string;
  query?: Q;
  body?: B;
  status: 200 | 201;
  answer: A;
  handle: (call: Call<z.output<Q>, z.output<B>>) => Promise<z.input<A>>;
};
export type Route = Omit<Definition<Shape, Shape, z.ZodType>, "handle"> & {
  handle: (call: Call<never, never>) => Promise<unknown>;
};

const nothing = z.strictObject({});
type Nothing = typeof nothing;

/** A route whose schemas are at once its checks, its types and its documentation. */
export const route = <A extends z.ZodType, Q extends Shape = Nothing, B extends Shape = Nothing>(
  definition: Definition<Q, B, A>,
): Route => definition as unknown as Route;

/** The call's webinar, looked up once it is asked for. */
export const webinarOf = (services: Services, user: User, id: string | undefined) => async () => {
  if (!z.uuid().safeParse(id).success) throw new RostrumError("not-found", "There is no such webinar.");
  return ownedWebinar(services, user, id ?? "");
};

const Cursor = z.tuple([z.number().int().min(0).max(4_102_444_800_000), z.uuid()]);

export type Place = { createdAt: Date; id: string };
export const cursorOf = ({ createdAt, id }: Place): string =>
  Buffer.from(JSON.stringify([createdAt.getTime(), id])).toString("base64url");

function placeOf(text: string): Place | undefined {
  try {
    const [at, id] = Cursor.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
    return { createdAt: new Date(at), id };
  } catch {
    return undefined;
  }
}

/** What every list takes. */
export const paging = z.strictObject({
  limit: z.coerce.number().int().min(1).max(200).default(50).describe("Rows of a page"),
  cursor: z
    .string()
    .max(200)
    .refine((text) => placeOf(text) !== undefined, "Give the nextCursor of the page before.")
    .optional()
    .describe("`nextCursor` of the page before"),
});

export const after = (cursor: string | undefined): { after?: Place } => {
  const place = cursor === undefined ? undefined : placeOf(cursor);
  return place ? { after: place } : {};
};

/** A page of rows, and where the next begins. */
export const pageOf = <T extends z.ZodType>(row: T) =>
  z.strictObject({
    data: z.array(row),
    nextCursor: z.string().nullable().describe("null on the last page"),
  });

export const page = <Row extends Place, Shown>(
  rows: Row[],
  limit: number,
  show: (row: Row) => Shown,
): { data: Shown[]; nextCursor: string | null } => {
  const last = rows.at(-1);
  return { data: rows.map(show), nextCursor: last && rows.length === limit ? cursorOf(last) : null };
};
