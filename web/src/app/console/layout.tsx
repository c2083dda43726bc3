import type { ReactNode } from "react";
import { Localised } from "../localised.tsx";

/** All of the console in one language. */
export default function ConsoleLayout({ children }: { children: ReactNode }) {
  return <Localised>{children}</Localised>;
}
