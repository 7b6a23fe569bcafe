/**
 * Names and folders of several gateways: the first keeps what the settings say, the others get a number of their own
 * (`gateway-1`, `gateway-2`; `edge`, `edge-2`).
 * @param number from 1
 */
export function numbered(text: string, number: number): string {
  return number === 1 ? text : `${text.replace(/-1$/, '')}-${number}`;
}

/** The name of a gateway's process in messages, and of its log and settings files: `gateway`, `gateway-2`. */
export function processName(number: number): string {
  return numbered('gateway', number);
}

/** From 1 to the number of gateways. */
export function numbersTo(gateways: number): number[] {
  return Array.from({ length: gateways }, (_none, index) => index + 1);
}
