import { readFileSync } from 'node:fs';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import type { Source } from './problem.ts';

/**
 * Where values come from that a supervisor writes into the settings file of a program: without it the program would
 * show that file as the source of everything. By the setting's path.
 */
export type Origins = ReadonlyMap<string, Source>;

const originsSchema = z.record(
  z.string(),
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('default') }),
    z.object({ kind: z.literal('file'), file: z.string(), line: z.int() }),
    z.object({ kind: z.literal('env'), name: z.string() }),
    z.object({ kind: z.literal('flag'), name: z.string() }),
  ]),
);

/** The text of a file of origins. */
export function originsText(settings: readonly { readonly path: string; readonly source: Source }[]): string {
  return `${JSON.stringify(Object.fromEntries(settings.map(({ path, source }) => [path, source])), null, 2)}\n`;
}

/** @throws ClusterError CONFIG_INVALID when it cannot be read or is no file of origins. */
export function readOrigins(file: string): Origins {
  try {
    return new Map(Object.entries(originsSchema.parse(JSON.parse(readFileSync(file, 'utf8')))));
  } catch (cause) {
    throw new ClusterError(
      'CONFIG_INVALID',
      `--config-origins: ${file} is no file that \`cluster-ai up\` has written`,
      {
        cause,
      },
    );
  }
}
