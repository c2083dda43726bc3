"use client";
import { useQuery } from "@tanstack/react-query";
import type { inferRouterOutputs } from "@trpc/server";
import { useTRPC } from "../../../client/providers.tsx";
import type { AppRouter } from "../../../server/routers/index.ts";
import { SelectField } from "../../../ui/select-field.tsx";

export type Template = inferRouterOutputs<AppRouter>["plan"]["templates"][number];
type Props = { value: string; onChoose: (template: Template | undefined) => void };

/** What to begin with; nothing is shown while there are no templates. */
export function TemplateChoice({ value, onChoose }: Props) {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.plan.templates.queryOptions());
  if (!data || data.length === 0) return null;
  return (
    <SelectField
      label="Begin with"
      choices={[
        { value: "", name: "An empty webinar" },
        ...data.map(({ id, name }) => ({ value: id, name })),
      ]}
      value={value}
      onChange={(event) => onChoose(data.find(({ id }) => id === event.target.value))}
      help={value ? "Page, questions, rules and mails come along." : undefined}
    />
  );
}
