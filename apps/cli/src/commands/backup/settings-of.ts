import { resolve } from 'node:path';
import { loadUpSettings } from '../../up/settings.ts';
import type { UpSettings } from '../../up/settings.ts';
import type { DataOptions } from './options.ts';

export function settingsOf(options: DataOptions & { readonly user?: string }): UpSettings {
  const absolute = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(path));
  const { databaseUrl, user } = options;
  return loadUpSettings(
    {
      home: absolute(options.home),
      config: absolute(options.config),
      storage: absolute(options.storage),
      databaseUrl,
      user,
    },
    process.env,
    process.getuid?.(),
  );
}
