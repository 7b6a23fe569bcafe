import { sha256OfFile } from './sha256.ts';

/** What the worker says: how far it is, then the digest, or why there is none. */
export type HashMessage =
  | { readonly kind: 'bytes'; readonly bytes: number }
  | { readonly kind: 'digest'; readonly sha256: string }
  | { readonly kind: 'failed'; readonly message: string };

const say = (message: HashMessage) => globalThis.postMessage(message, { transfer: [] });

// One file a worker: ending the worker ends the reading.
globalThis.addEventListener('message', (event: MessageEvent<Blob>) => {
  sha256OfFile(event.data, (bytes) => say({ kind: 'bytes', bytes })).then(
    (sha256) => say({ kind: 'digest', sha256 }),
    (thrown: unknown) => say({ kind: 'failed', message: thrown instanceof Error ? thrown.message : String(thrown) }),
  );
});
