import { useEffect, useState } from 'react';

/**
 * The one-time secret behind the `#` of this address, which browsers send to no server. It is taken out of the address
 * at once, so that it stays neither in the history nor on a shared screen.
 */
export function useSecretInFragment(): string {
  const [secret] = useState(() => secretOf(globalThis.location.hash));
  useEffect(() => {
    if (globalThis.location.hash !== '') {
      history.replaceState(history.state, '', globalThis.location.pathname + globalThis.location.search);
    }
  }, []);
  return secret;
}

/** `#code=<secret>` and `#token=<secret>` as the control plane writes them, and the bare secret as somebody may paste it. */
function secretOf(hash: string): string {
  return decodeURIComponent(hash.slice(1)).replace(/^(code|token)=/, '');
}
