import { useEffect, useState } from 'react';

/**
 * The one-time secret behind the `#` of this address, which browsers send to no server. It is taken out of the address
 * at once, so that it stays neither in the history nor on a shared screen.
 */
export function useSecretInFragment(): string {
  const [secret] = useState(() => decodeURIComponent(globalThis.location.hash.slice(1)));
  useEffect(() => {
    if (globalThis.location.hash !== '') {
      history.replaceState(history.state, '', globalThis.location.pathname + globalThis.location.search);
    }
  }, []);
  return secret;
}
