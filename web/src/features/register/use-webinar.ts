"use client";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useFaults, useTexts } from "../../client/language.tsx";
import { useTRPC } from "../../client/providers.tsx";
import type { PublicWebinar } from "../../server/use-cases/public-page.ts";
import { cameFrom, campaign, isFirstVisit } from "./campaign.ts";

/** A webinar as it is now, and its texts; the visit is counted. `first` is what the server rendered the page with. */
export function useWebinar(slug: string, first: PublicWebinar) {
  const trpc = useTRPC();
  const texts = useTexts();
  const faults = useFaults();
  const { mutate: countVisit } = useMutation(trpc.registration.visit.mutationOptions());
  useEffect(() => {
    if (isFirstVisit(slug)) countVisit({ slug, utm: campaign(), referrer: cameFrom() });
  }, [slug, countVisit]);
  const query = useQuery(
    trpc.webinar.bySlug.queryOptions({ slug }, { refetchInterval: 30_000, initialData: first }),
  );
  const webinar = query.data;
  const fault = query.isError ? faults.of(query.error).message : undefined;
  return { webinar, texts, fault };
}
