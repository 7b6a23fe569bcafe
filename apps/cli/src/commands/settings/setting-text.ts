import type { RuntimeSetting } from '@cluster-ai/contract/api/settings.ts';
import { runtimeSettingNames } from '@cluster-ai/contract/config/runtime-settings.ts';
import { Argument } from 'commander';
import { renderFields, timeText } from '../../output/table.ts';

export function settingArgument(): Argument {
  return new Argument('<setting>').choices(runtimeSettingNames);
}

/** `30 minutes`, `info`. */
export function valueText({ value, unit }: Pick<RuntimeSetting, 'value' | 'unit'>): string {
  return unit === null ? String(value) : `${value} ${unit}`;
}

export function settingFields(setting: RuntimeSetting): string {
  const { name, defaultValue, unit, allowed, source, fixed, changedAt, changedBy, description } = setting;
  return renderFields({
    setting: name,
    value: valueText(setting),
    source: `${source.text}${fixed ? ' (fixed there)' : ''}`,
    default: valueText({ value: defaultValue, unit }),
    allowed,
    ...(changedAt === null || changedBy === null ? {} : { changed: `${timeText(changedAt)} by ${changedBy}` }),
    meaning: description,
  });
}
