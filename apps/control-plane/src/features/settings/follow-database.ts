import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Plane } from '../../plane.ts';
import { refreshSettings } from './service.ts';

/** A change that another control plane has made is in effect here within this time and that of the look itself. */
const lookEveryMs = 1_000;

/**
 * Takes over what the database holds, again and again. While it is away the last values stay in effect.
 * @returns ends it, and resolves when nothing is asked of the database any more.
 */
export function followDatabase(plane: Plane): () => Promise<void> {
  let looking: Promise<void> | null = null;
  const timer = setInterval(() => {
    if (looking !== null || !plane.prepared()) return;
    looking = look(plane).finally(() => {
      looking = null;
    });
  }, lookEveryMs);
  return async () => {
    clearInterval(timer);
    await looking;
  };
}

async function look(plane: Plane): Promise<void> {
  try {
    await refreshSettings(plane);
  } catch (error) {
    const away = error instanceof ClusterError && error.code === 'DATABASE_UNAVAILABLE';
    plane.log[away ? 'debug' : 'error']({ error }, 'settings could not be read; the last ones stay in effect');
  }
}
