import { protocolVersion, RostrumError } from "@rostrum/protocol";
import type { z } from "zod";
import type { RpcSocket } from "./rpc-socket.ts";

type Greeting = { version: number; token: string };

type Door<S> = {
  request: S;
  /** Cancels the hello timeout: called once `welcome` has answered. */
  authenticated: () => void;
  /** What to tell whoever speaks another version of the protocol. */
  otherVersion: string;
};

/** Sockets of pages: a page that has been open since before an update asks to be loaded again. */
export const reloadPage = "Reload the page: it is from another version.";

/**
 * First frame of a socket, said once: version and token. `welcome` checks the token, wires the methods that exist only
 * after it, and answers. Errors: `conflict` (said before), `input.invalid` (version), and those of `welcome`.
 */
export function onHello<S extends z.ZodType<Greeting>>(
  socket: RpcSocket,
  { request, authenticated, otherVersion }: Door<S>,
  welcome: (hello: z.infer<S>) => Promise<unknown>,
): void {
  let greeted = false;
  socket.handle("hello", request, async (hello) => {
    if (greeted) throw new RostrumError("conflict", "hello was said already.");
    greeted = true;
    if (hello.version !== protocolVersion)
      throw new RostrumError("input.invalid", otherVersion, { field: "version" });
    const answer = await welcome(hello);
    authenticated();
    return answer;
  });
}
