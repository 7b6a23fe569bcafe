import type { RuntimeSetting, SettingSource } from '@cluster-ai/contract/api/settings.ts';
import {
  fixedSettingsSchema,
  runtimeSettingDefaults,
  runtimeSettingUnits,
  runtimeSettingsSchema,
} from '@cluster-ai/contract/config/runtime-settings.ts';
import type { RuntimeSettingName } from '@cluster-ai/contract/config/runtime-settings.ts';
import { sourceText } from '@cluster-ai/platform/config/problem.ts';
import type { Source } from '@cluster-ai/platform/config/problem.ts';
import { listSettings } from '@cluster-ai/platform/config/settings.ts';
import { z } from 'zod';
import type { LiveSettings } from './live-settings.ts';

/** Descriptions and what is allowed, as the documents have them. */
const described = new Map(listSettings('', fixedSettingsSchema).map((setting) => [setting.path, setting]));

/** A setting as the API shows it. */
export function presentSetting(live: LiveSettings, name: RuntimeSettingName): RuntimeSetting {
  const { value, source, fixed, stored } = live.stateOf(name);
  return {
    name,
    value,
    defaultValue: runtimeSettingDefaults[name],
    unit: runtimeSettingUnits[name],
    description: described.get(name)?.description ?? '',
    allowed: allowedText(name),
    ...rangeOf(name),
    source: presentSource(source),
    fixed,
    changedAt: stored === null ? null : stored.changedAt.toISOString(),
    changedBy: stored === null ? null : stored.changedBy,
  };
}

/** `a whole number from 1 to 60`. */
export function allowedText(name: RuntimeSettingName): string {
  return described.get(name)?.allowed ?? '';
}

export function presentSource(source: Source | { readonly kind: 'database' }): SettingSource {
  return { kind: source.kind, text: source.kind === 'database' ? 'database' : sourceText(source) };
}

function rangeOf(name: RuntimeSettingName): Pick<RuntimeSetting, 'choices' | 'min' | 'max'> {
  const schema: z.ZodType = runtimeSettingsSchema.shape[name];
  if (schema instanceof z.ZodEnum) return { choices: schema.options.map(String), min: null, max: null };
  if (schema instanceof z.ZodNumber) return { choices: null, min: schema.minValue, max: schema.maxValue };
  return { choices: null, min: null, max: null };
}
