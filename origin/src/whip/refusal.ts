/** Why a WHIP request is turned away, with the status that RFC 9725 or HTTP has for it. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "Refusal";
    this.status = status;
  }
}
