/** Which octets may stand where in a message of HTTP/1.1, as tables: 1 for those that may. */

function table(isMember: (code: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, code) => (isMember(code) ? 1 : 0));
}

const tokenText = /[!#$%&'*+\-.^_`|~0-9A-Za-z]/;

/** Names of headers, chunk extensions (RFC 9110, section 5.6.2). */
export const tokenOctets = table((code) => tokenText.test(String.fromCharCode(code)));

/** Values of headers: everything but controls, and the tab (RFC 9110, section 5.5). */
export const valueOctets = table((code) => code === 9 || (code >= 32 && code !== 127));

/** Request targets: visible ASCII without `#`, since a fragment is never sent (RFC 9112, section 3.2). */
export const targetOctets = table((code) => code > 32 && code < 127 && code !== 35);

/** Hosts with their ports (RFC 3986, section 3.2.2): names, addresses, and nothing that ends an authority. */
const hostText = /^[A-Za-z0-9\-._~%!$&'()*+;=:[\]]*$/;

export function isHost(value: string): boolean {
  return hostText.test(value);
}
