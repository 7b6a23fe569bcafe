import type { RuntimeSetting } from '@cluster-ai/contract/api/settings.ts';
import {
  runtimeSettingDefaults,
  runtimeSettingNames,
  runtimeSettingsSchema,
} from '@cluster-ai/contract/config/runtime-settings.ts';
import type { RuntimeSettingName } from '@cluster-ai/contract/config/runtime-settings.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Caller } from '../../database/change.ts';
import type { Plane } from '../../plane.ts';
import { allowedText, presentSetting, presentSource } from './present-setting.ts';
import { deleteSetting, selectSettings, upsertSetting } from './store.ts';

/**
 * Changes a setting; in effect here when this returns, and everywhere else at their next look at the database.
 * @throws ClusterError INVALID_ARGUMENT for a value that is not allowed, CONFLICT for a setting that is fixed.
 */
export async function changeSetting(
  plane: Plane,
  by: Caller,
  name: RuntimeSettingName,
  given: number | string,
): Promise<RuntimeSetting> {
  assertNotFixed(plane, name);
  const parsed = runtimeSettingsSchema.shape[name].safeParse(given);
  if (!parsed.success) {
    throw new ClusterError(
      'INVALID_ARGUMENT',
      `${name} is ${JSON.stringify(given).slice(0, 80)}; allowed: ${allowedText(name)}`,
    );
  }
  const value = parsed.data;
  await plane.store.change(by, async (change) => {
    const stored = (await selectSettings(change.query)).find((row) => row.name === name);
    if (stored?.value === value) return;
    await upsertSetting(change, name, value);
    change.record('setting.change', name, { from: stored?.value ?? runtimeSettingDefaults[name], to: value });
  });
  await refreshSettings(plane);
  return presentSetting(plane.settings, name);
}

/**
 * Forgets what the database holds of a setting, so that its default is in effect.
 * @throws ClusterError CONFLICT for a setting that is fixed.
 */
export async function forgetSetting(plane: Plane, by: Caller, name: RuntimeSettingName): Promise<RuntimeSetting> {
  assertNotFixed(plane, name);
  await plane.store.change(by, async (change) => {
    const stored = (await selectSettings(change.query)).find((row) => row.name === name);
    if (stored === undefined) return;
    await deleteSetting(change, name);
    change.record('setting.reset', name, { from: stored.value, to: runtimeSettingDefaults[name] });
  });
  await refreshSettings(plane);
  return presentSetting(plane.settings, name);
}

/** Takes over what the database holds now. @throws ClusterError DATABASE_UNAVAILABLE. */
export async function refreshSettings({ store, settings }: Pick<Plane, 'store' | 'settings'>): Promise<void> {
  await settings.refresh(() => store.read(selectSettings));
}

/**
 * All settings, as the database holds them now; while it is away, those that are in effect.
 * @throws ClusterError DATABASE_UNAVAILABLE when it has not been read since the start: nobody knows what is set.
 */
export async function readSettings(plane: Plane): Promise<RuntimeSetting[]> {
  try {
    await refreshSettings(plane);
  } catch (error) {
    const away = error instanceof ClusterError && error.code === 'DATABASE_UNAVAILABLE';
    if (!away || !plane.settings.known) throw error;
  }
  return runtimeSettingNames.map((name) => presentSetting(plane.settings, name));
}

function assertNotFixed({ settings }: Plane, name: RuntimeSettingName): void {
  const { fixed, source } = settings.stateOf(name);
  if (!fixed) return;
  const { kind, text } = presentSource(source);
  throw new ClusterError(
    'CONFLICT',
    `${name} is fixed by ${kindText[kind]} ${text}, which wins over what is set here`,
    {
      fix: 'take it away there and start the control plane again, or change it there',
    },
  );
}

const kindText = {
  default: 'the default of',
  database: 'the',
  file: 'the settings file',
  env: 'the variable',
  flag: 'the flag',
} as const;
