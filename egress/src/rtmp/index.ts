export { Destination, type DestinationStatus, withoutSecrets } from "./destination.ts";
export { HubProcess } from "./hub-process.ts";
