import { lookup as resolve } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** Ranges that are not the public internet (IANA special-purpose registries), and those that carry IPv4 inside IPv6. */
const special = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 4],
  ["240.0.0.0", 4],
  ["::", 96],
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["5f00::", 16],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const;

const family = (address: string): "ipv4" | "ipv6" => (address.includes(":") ? "ipv6" : "ipv4");

function listOf(networks: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [network, prefix] of networks) list.addSubnet(network, prefix, family(network));
  return list;
}

const reserved = listOf(special);

/** `10.1.0.0/16, 192.168.7.5, fd00::/8` as networks. Throws for what is none. */
export function parseNetworks(text: string): BlockList {
  const networks = text
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [network = "", length] = part.split("/");
      const widest = isIP(network) === 6 ? 128 : 32;
      const prefix = length === undefined ? widest : Number(length);
      if (isIP(network) === 0 || !Number.isInteger(prefix) || prefix < 0 || prefix > widest)
        throw new Error(`${part} is not a network: write it like 10.1.0.0/16`);
      return [network, prefix] as const;
    });
  return listOf(networks);
}

/** The address as IPv4 where it only wraps one: lists know it in either form. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");

/** Addresses that may be called: public ones, and those the operator allows. */
export class Networks {
  readonly #allowed: BlockList;

  constructor(allowed: string) {
    this.#allowed = parseNetworks(allowed);
  }

  /** On a network of the operator's own, named in the configuration. */
  isOwn(address: string): boolean {
    return this.#allowed.check(plain(address), family(plain(address)));
  }

  mayCall(address: string): boolean {
    const bare = plain(address);
    return isIP(bare) !== 0 && (this.isOwn(bare) || !reserved.check(bare, family(bare)));
  }

  /**
   * For `http.request`: resolves a name and answers only addresses that may be called. The connection goes to what was
   * checked, so a name that answers otherwise the next moment (DNS rebinding) changes nothing.
   */
  readonly lookup: LookupFunction = (hostname, options, callback) =>
    this.#resolve((address) => this.mayCall(address), hostname, options, callback);

  /** The same for connections without TLS: only the operator's own networks. */
  readonly ownLookup: LookupFunction = (hostname, options, callback) =>
    this.#resolve((address) => this.isOwn(address), hostname, options, callback);

  #resolve(
    isOpen: (address: string) => boolean,
    ...[hostname, options, callback]: Parameters<LookupFunction>
  ) {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, "", 0);
      const open = addresses.filter(({ address }) => isOpen(address));
      const [first] = open;
      if (!first) return callback(new PrivateAddressError(hostname), "", 0);
      if (options.all) return callback(null, open);
      callback(null, first.address, first.family);
    });
  }
}

export class PrivateAddressError extends Error {
  constructor(host: string) {
    super(`${host} is on a private or reserved network, which is not called from here`);
    this.name = "PrivateAddressError";
  }
}
