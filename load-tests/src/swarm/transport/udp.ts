import { lookup } from "node:dns/promises";
import { load } from "koffi";

/**
 * The sockets of a crowd, on Linux's own calls: socket(2), epoll(7), udp(7). Node's datagram sockets wake the event loop for
 * every packet and allocate 64 KiB for each, and then a thousand receivers cost more than the server that they measure.
 * These are read together, some hundred times a second, into one buffer.
 */
const libc = load("libc.so.6");
const call = {
  socket: libc.func("int socket(int domain, int type, int protocol)"),
  connect: libc.func("int connect(int fd, const void *address, uint32_t bytes)"),
  send: libc.func("long send(int fd, const void *datagram, size_t bytes, int flags)"),
  recv: libc.func("long recv(int fd, void *datagram, size_t bytes, int flags)"),
  close: libc.func("int close(int fd)"),
  inetPton: libc.func("int inet_pton(int family, const char *text, void *address)"),
  epollCreate: libc.func("int epoll_create1(int flags)"),
  epollControl: libc.func("int epoll_ctl(int epoll, int operation, int fd, const void *event)"),
  epollWait: libc.func("int epoll_wait(int epoll, void *events, int most, int timeoutMs)"),
};

/** `struct sockaddr_in`, `struct sockaddr_in6`: AF_INET, AF_INET6, and where the address stands. */
const families = { 4: { family: 2, bytes: 16, at: 4 }, 6: { family: 10, bytes: 28, at: 8 } };
const closeOnExec = 0o2000000; // SOCK_CLOEXEC, EPOLL_CLOEXEC
const datagramType = 2 | 0o4000 | closeOnExec; // SOCK_DGRAM | SOCK_NONBLOCK
const add = 1; // EPOLL_CTL_ADD
const readable = 1; // EPOLLIN
/** `struct epoll_event` is packed on x86-64 alone. */
const event = process.arch === "x64" ? { bytes: 12, fdAt: 4 } : { bytes: 16, fdAt: 8 };

/** Between looks, ms: so much later than it came a packet may be read. A picture lasts 33. */
const lookMs = 2;
/** Sockets read, one datagram each, before the system is asked again which have something. */
const most = 512;
/** Then somebody else's turn comes, however much there is. */
const rounds = 256;
/** More than a path of Ethernet carries in one. */
const datagramBytes = 4096;

/** Gets a view that the next datagram overwrites. */
type Reader = (datagram: Buffer) => void;

const epoll: number = call.epollCreate(closeOnExec);
const events = Buffer.alloc(most * event.bytes);
const incoming = Buffer.alloc(datagramBytes);
/** By file descriptor. */
const readers = new Map<number, Reader>();
let looking: NodeJS.Timeout | undefined;

function look(): void {
  for (let round = 0, ready = 1; ready > 0 && round < rounds; round++) {
    ready = call.epollWait(epoll, events, most, 0);
    for (let i = 0; i < ready; i++) {
      const fd = events.readInt32LE(i * event.bytes + event.fdAt);
      const bytes = Number(call.recv(fd, incoming, datagramBytes, 0));
      if (bytes > 0) readers.get(fd)?.(incoming.subarray(0, bytes));
    }
  }
}

/** One connected socket. What cannot be sent or read is lost, as datagrams are. */
export class UdpSocket {
  readonly #fd: number;
  #closed = false;

  /** To `host`, an address or a name. Rejects when the system has no socket left, or no way there. */
  static async connect(host: string, port: number, read: Reader): Promise<UdpSocket> {
    return new UdpSocket(await socketAddress(host, port), read);
  }

  private constructor(address: Buffer, read: Reader) {
    this.#fd = call.socket(address.readUInt16LE(0), datagramType, 0);
    if (this.#fd < 0) throw new Error("no UDP socket is left: raise the limit of open files");
    readers.set(this.#fd, read);
    looking ??= setInterval(look, lookMs);
    if (call.connect(this.#fd, address, address.length) < 0) {
      this.close();
      throw new Error("the system knows no way to this address over UDP");
    }
    const interest = Buffer.alloc(event.bytes);
    interest.writeUInt32LE(readable, 0);
    interest.writeInt32LE(this.#fd, event.fdAt);
    call.epollControl(epoll, add, this.#fd, interest);
  }

  send(datagram: Buffer): void {
    if (!this.#closed) call.send(this.#fd, datagram, datagram.length, 0);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    readers.delete(this.#fd);
    call.close(this.#fd);
    if (readers.size > 0) return;
    clearInterval(looking);
    looking = undefined;
  }
}

async function socketAddress(host: string, port: number): Promise<Buffer> {
  const { address, family } = await lookup(host);
  const kind = families[family as keyof typeof families];
  const bytes = Buffer.alloc(kind.bytes);
  bytes.writeUInt16LE(kind.family, 0);
  bytes.writeUInt16BE(port, 2);
  if (call.inetPton(kind.family, address, bytes.subarray(kind.at)) !== 1)
    throw new Error(`${address} is no address that can be sent to`);
  return bytes;
}
