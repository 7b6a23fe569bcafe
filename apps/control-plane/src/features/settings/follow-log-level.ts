import type { LoadedSetting } from '@cluster-ai/platform/config/load-config.ts';
import type { LeveledLogger } from '@cluster-ai/platform/log/log.ts';
import type { LiveSettings } from './live-settings.ts';

/** Lets the log follow the setting `log_level`, unless this program was given a `log.level` of its own. */
export function followLogLevel(live: LiveSettings, log: LeveledLogger, given: readonly LoadedSetting[]): void {
  const own = given.find(({ path }) => path === 'log.level');
  if (own !== undefined && own.source.kind !== 'default') return;
  live.follow(({ log_level: level }) => log.setLevel(level));
}
