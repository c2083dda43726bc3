import type { JoinPlan, Population } from "./population.ts";

/** What a swarm can be told to do. A join that takes longer than `settleMs` is answered then and goes on. */
export type Command =
  | ({ do: "join"; settleMs?: number } & JoinPlan)
  | { do: "leave" | "leave-one" | "pause" | "resume"; group: string }
  | { do: "retry"; group: string; overMs: number }
  | { do: "promotions" }
  | { do: "window" }
  | { do: "report" };

/** Do it; the answer's fields. Throws for what it does not know. */
export async function obey(population: Population, command: Command): Promise<Record<string, unknown>> {
  switch (command.do) {
    case "join": {
      const late = new Promise((resolve) => setTimeout(resolve, command.settleMs ?? 30_000).unref());
      await Promise.race([population.join(command), late]);
      return {};
    }
    case "leave":
      population.leave(command.group);
      return {};
    case "retry":
      return { retried: await population.retry(command.group, command.overMs) };
    case "leave-one":
      population.leaveOne(command.group);
      return {};
    case "promotions":
      return { promotions: population.promotions() };
    case "pause":
    case "resume":
      await population.setPaused(command.group, command.do === "pause");
      return {};
    case "window":
      population.startWindow();
      return {};
    case "report":
      return { report: population.report() };
    default:
      throw new Error(`unknown command: ${JSON.stringify(command)}`);
  }
}
