import { expect, it } from "vitest";
import { callerAddress, clientAddress, nameCaller } from "./client-address.ts";

it("believes the socket, and no more proxies than there are", () => {
  expect(callerAddress(undefined, "10.0.0.9", 0)).toBe("10.0.0.9");
  expect(callerAddress("1.2.3.4", "10.0.0.9", 0)).toBe("10.0.0.9");
  // The proxy at 10.0.0.9 wrote the last entry; what stands before it, the caller may have made up.
  expect(callerAddress("6.6.6.6, 1.2.3.4", "10.0.0.9", 1)).toBe("1.2.3.4");
  expect(callerAddress("6.6.6.6, 1.2.3.4, 10.0.0.8", "10.0.0.9", 2)).toBe("1.2.3.4");
  expect(callerAddress("1.2.3.4", "10.0.0.9", 5)).toBe("1.2.3.4");
});

it("puts the caller's own claim aside before anyone reads it", () => {
  const request = { headers: { "x-forwarded-for": "6.6.6.6" }, socket: { remoteAddress: "192.0.2.7" } };
  nameCaller(request, 0);
  expect(clientAddress(new Headers(request.headers))).toBe("192.0.2.7");
});
