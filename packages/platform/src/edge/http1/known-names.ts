/** Header fields that the gateway asks for, or clients send all the time. */
const known = new Map(
  [
    'accept',
    'accept-encoding',
    'authorization',
    'connection',
    'content-encoding',
    'content-length',
    'content-type',
    'expect',
    'forwarded',
    'host',
    'inference-header-content-length',
    'origin',
    'transfer-encoding',
    'user-agent',
    'x-forwarded-for',
    'x-request-id',
  ].map((name) => [name, name]),
);

/**
 * The same name, as a string that the engine has only once. A name that was cut out of a head is compared with another letter by
 * letter, such a one by its address: a request is asked for ten of them.
 */
export function internName(name: string): string {
  return known.get(name) ?? name;
}
