import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { HashMessage } from './sha256-worker.ts';

/**
 * The SHA-256 of a file, made beside the page, so that the page stays quick.
 * @param onBytes told how many bytes have been read
 * @throws ClusterError INVALID_ARGUMENT for a file that cannot be read; an Error when `signal` is aborted
 */
export function hashFile(file: File, onBytes: (bytes: number) => void, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL('./sha256-worker.ts', import.meta.url), { type: 'module' });
    const end = (settle: () => void) => {
      worker.terminate();
      signal.removeEventListener('abort', abort);
      settle();
    };
    const abort = () => end(() => reject(new Error('the push was cancelled', { cause: signal.reason })));
    const fail = (message: string) => end(() => reject(unreadable(file.name, message)));
    worker.addEventListener('message', ({ data }: MessageEvent<HashMessage>) => {
      if (data.kind === 'bytes') onBytes(data.bytes);
      else if (data.kind === 'digest') end(() => resolve(data.sha256));
      else fail(data.message);
    });
    worker.addEventListener('error', ({ message }) => fail(message));
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    else worker.postMessage(file, []);
  });
}

/** A file that the browser cannot read any more. */
export function unreadable(name: string, message: string): ClusterError {
  return new ClusterError('INVALID_ARGUMENT', `${name} cannot be read: ${message}`, {
    fix: 'choose it again: it may have been moved or changed since',
  });
}
