import axe from "axe-core";
import type { Page } from "playwright-core";

type Violation = { id: string; impact: string | null; nodes: { target: unknown; failureSummary?: string }[] };

const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };
/** Every rule at each width; colours, which differ by scheme and hardly by width, in all four. */
const looks = [
  { size: desktop, colorScheme: "light", whole: true },
  { size: desktop, colorScheme: "dark", whole: false },
  { size: phone, colorScheme: "dark", whole: true },
  { size: phone, colorScheme: "light", whole: false },
] as const;

/**
 * What axe finds serious or critical on an open page, in light and in dark, on a desktop and on a phone, and whether the
 * phone's page is wider than the phone. One line each; none: the page is fine. The page keeps its size and scheme.
 */
export async function faultsOf(page: Page, name: string): Promise<string[]> {
  const before = page.viewportSize();
  const found = new Set<string>();
  try {
    // The page's own policy refuses foreign scripts; what the debugger evaluates is none.
    await page.evaluate(`${axe.source}; 0`);
    for (const { size, colorScheme, whole } of looks) {
      await page.setViewportSize(size);
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      for (const fault of await look(page, whole))
        found.add(`${name}, ${size.width}, ${colorScheme}: ${fault}`);
    }
  } finally {
    if (before) await page.setViewportSize(before);
    await page.emulateMedia({ colorScheme: null, reducedMotion: null });
  }
  return [...found];
}

async function look(page: Page, whole: boolean): Promise<string[]> {
  const options = { resultTypes: ["violations"], ...(whole ? {} : { runOnly: ["color-contrast"] }) };
  const violations = (await page.evaluate(
    `axe.run(document, ${JSON.stringify(options)}).then(({ violations }) => violations)`,
  )) as Violation[];
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  return [
    ...violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, impact, nodes }) =>
        nodes.slice(0, 3).map(({ target, failureSummary = "" }) => {
          const why = failureSummary.split("\n").slice(1, 2).join(" ").trim();
          return `${impact} ${id} at ${String(target)}: ${why}`;
        }),
      ),
    ...(wide > 1 ? [`the page is ${wide} px wider than the window`] : []),
  ];
}
