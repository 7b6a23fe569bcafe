import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { z } from 'zod';
import { loadConfig } from './load-config.ts';
import type { Flag, LoadedConfig } from './load-config.ts';
import { readOrigins } from './origins.ts';
import type { Origins } from './origins.ts';

export interface ProgramArguments {
  readonly file: string | undefined;
  /** What the values of the file come from, when a supervisor wrote it. */
  readonly origins: Origins | undefined;
  readonly flags: readonly Flag[];
}

/**
 * Reads the command line of a program: `--config FILE`, with `--config-origins FILE` from a supervisor, and any setting by its path, `--http.port 8000` or
 * `--http.port=8000`.
 * @throws ClusterError CONFIG_INVALID for anything else.
 */
export function parseProgramArguments(argv: readonly string[]): ProgramArguments {
  let file: string | undefined;
  let origins: Origins | undefined;
  const flags: Flag[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const argument = argv[index] ?? '';
    const match = /^--([^=]+)(?:=(.*))?$/s.exec(argument);
    if (match === null) {
      throw new ClusterError(
        'CONFIG_INVALID',
        `${argument}: unexpected argument; allowed: --config FILE and --<setting> VALUE`,
      );
    }
    const [, path = '', inline] = match;
    const value = inline ?? argv[(index += 1)];
    if (value === undefined) throw new ClusterError('CONFIG_INVALID', `--${path}: a value must follow`);
    if (path === 'config') file = value;
    else if (path === 'config-origins') origins = readOrigins(value);
    else flags.push({ name: `--${path}`, path, value });
  }
  return { file, origins, flags };
}

/** `loadConfig` from a program's own command line and environment: what each `main.ts` calls. */
export function loadProgramConfig<S extends z.ZodType>(program: string, schema: S): LoadedConfig<z.output<S>> {
  return loadConfig({ program, schema, env: process.env, ...parseProgramArguments(process.argv.slice(2)) });
}
