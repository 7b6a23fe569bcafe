/** The JSON of an input; undefined for what is none: the framework refuses that before any of our code sees it. */
export function jsonOf(input: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(input));
  } catch {
    return undefined;
  }
}
