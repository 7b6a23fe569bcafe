import {
  runtimeSettingDefaults,
  runtimeSettingNames,
  runtimeSettingsSchema,
} from '@cluster-ai/contract/config/runtime-settings.ts';
import type { RuntimeSettingName, RuntimeSettings } from '@cluster-ai/contract/config/runtime-settings.ts';
import type { LoadedSetting } from '@cluster-ai/platform/config/load-config.ts';
import type { Source } from '@cluster-ai/platform/config/problem.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';

/** A setting as the database holds it. */
export interface StoredSetting {
  readonly name: string;
  readonly value: unknown;
  readonly changedAt: Date;
  readonly changedBy: string;
}

export interface SettingState {
  readonly value: number | string;
  readonly source: Source | { readonly kind: 'database' };
  /** Given at the start, so that the API cannot change it. */
  readonly fixed: boolean;
  /** What the database holds, whether in effect or not. */
  readonly stored: StoredSetting | null;
}

/** The settings in effect. Features read `current` whenever they need a value, and keep no copy. */
export interface LiveSettings {
  readonly current: RuntimeSettings;
  stateOf(name: RuntimeSettingName): SettingState;
  /** False until the database was read for the first time: the values are the defaults and what was given at the start. */
  readonly known: boolean;
  /** Takes over what the database holds now. Of two at once the one that began later wins: it has read a later state. */
  refresh(read: () => Promise<readonly StoredSetting[]>): Promise<void>;
  /** Calls `listener` now and after each change of the values in effect. */
  follow(listener: (current: RuntimeSettings) => void): void;
}

/**
 * @param given the settings that the program was started with; those under `settings.` with a value win over the database.
 */
export function createLiveSettings(given: readonly LoadedSetting[], log: Logger): LiveSettings {
  const fixed = fixedSettings(given);
  const listeners: ((current: RuntimeSettings) => void)[] = [];
  const complained = new Set<string>();
  let states = statesOf([]);
  let current = valuesOf(states);

  function statesOf(stored: readonly StoredSetting[]): ReadonlyMap<RuntimeSettingName, SettingState> {
    const rows = new Map(stored.map((row) => [row.name, row]));
    return new Map(runtimeSettingNames.map((name) => [name, stateOf(name, rows.get(name) ?? null)]));
  }

  function stateOf(name: RuntimeSettingName, stored: StoredSetting | null): SettingState {
    const start = fixed.get(name);
    if (start !== undefined) return { value: start.value, source: start.source, fixed: true, stored };
    const value = stored === null ? null : usable(name, stored.value);
    if (value !== null) return { value, source: { kind: 'database' }, fixed: false, stored };
    return { value: runtimeSettingDefaults[name], source: { kind: 'default' }, fixed: false, stored };
  }

  /** A row that an other version of this program has written may hold what this one does not take. */
  function usable(name: RuntimeSettingName, value: unknown): number | string | null {
    const parsed = runtimeSettingsSchema.shape[name].safeParse(value);
    if (parsed.success) return parsed.data;
    if (!complained.has(name)) {
      log.warn({ setting: name }, 'the database holds a value that is not allowed; the default is in effect');
    }
    complained.add(name);
    return null;
  }

  let begun = 0;
  let applied = 0;

  function apply(stored: readonly StoredSetting[]): void {
    states = statesOf(stored);
    const next = valuesOf(states);
    if (runtimeSettingNames.every((name) => next[name] === current[name])) return;
    current = next;
    for (const listener of listeners) listener(current);
  }

  return {
    get current() {
      return current;
    },
    get known() {
      return applied > 0;
    },
    stateOf: (name) => states.get(name) ?? stateOf(name, null),
    refresh: async (read) => {
      begun += 1;
      const own = begun;
      const stored = await read();
      if (own < applied) return;
      applied = own;
      apply(stored);
    },
    follow: (listener) => {
      listeners.push(listener);
      listener(current);
    },
  };
}

const prefix = 'settings.';

interface FixedSetting {
  readonly value: number | string;
  readonly source: Source;
}

function fixedSettings(given: readonly LoadedSetting[]): ReadonlyMap<string, FixedSetting> {
  return new Map(
    given.flatMap(({ path, value, source }) =>
      path.startsWith(prefix) && (typeof value === 'number' || typeof value === 'string')
        ? [[path.slice(prefix.length), { value, source }] as const]
        : [],
    ),
  );
}

function valuesOf(states: ReadonlyMap<RuntimeSettingName, SettingState>): RuntimeSettings {
  return runtimeSettingsSchema.parse(Object.fromEntries([...states].map(([name, { value }]) => [name, value])));
}
