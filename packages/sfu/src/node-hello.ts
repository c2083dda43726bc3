import { onHello, type RpcSocket, type Tokens } from "@rostrum/platform";
import { type NodeKind, pipeMethods, RostrumError } from "@rostrum/protocol";

type Options = { tokens: Tokens; nodeId: string; epoch: string; kind: NodeKind };

/** First frame of a node-to-node socket: its credential. Other methods exist only after it. */
export function nodeHello(
  socket: RpcSocket,
  authenticated: () => void,
  options: Options,
  welcome: (peerId: string) => void,
): void {
  const otherVersion = "The nodes run different versions.";
  onHello(socket, { request: pipeMethods.hello.request, authenticated, otherVersion }, async ({ token }) => {
    const claims = await options.tokens.verifyNode(token);
    if (claims.kind !== options.kind)
      throw new RostrumError("permission.denied", `Only nodes of kind ${options.kind} connect here.`);
    welcome(claims.nodeId);
    return { nodeId: options.nodeId, epoch: options.epoch };
  });
}
