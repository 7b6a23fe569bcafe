import { join } from 'node:path';
import { readMigrations } from '@cluster-ai/platform/postgres/migrate.ts';
import type { Migration } from '@cluster-ai/platform/postgres/migrate.ts';
import { programFolder } from '../program-folder.ts';

/** The migrations of this program. */
export function ownMigrations(): Promise<Migration[]> {
  return readMigrations(join(programFolder, 'apps/control-plane/migrations'));
}
