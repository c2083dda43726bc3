import type { RpcSocket, Tokens } from "@rostrum/platform";
import { type NodeKind, pipeMethods, protocolVersion, RostrumError } from "@rostrum/protocol";

type Options = { tokens: Tokens; nodeId: string; epoch: string; kind: NodeKind };

/** First frame of a node-to-node socket: its credential. Other methods exist only after it. */
export function nodeHello(
  socket: RpcSocket,
  authenticated: () => void,
  options: Options,
  welcome: (peerId: string) => void,
): void {
  let greeted = false;
  socket.handle("hello", pipeMethods.hello.request, async ({ version, token }) => {
    if (greeted) throw new RostrumError("conflict", "hello was said already.");
    if (version !== protocolVersion)
      throw new RostrumError("input.invalid", "The nodes run different versions.", { field: "version" });
    const claims = await options.tokens.verifyNode(token);
    if (claims.kind !== options.kind)
      throw new RostrumError("permission.denied", `Only nodes of kind ${options.kind} connect here.`);
    greeted = true;
    authenticated();
    welcome(claims.nodeId);
    return { nodeId: options.nodeId, epoch: options.epoch };
  });
}
