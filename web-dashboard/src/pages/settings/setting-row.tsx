import { putSetting, resetSetting, type RuntimeSetting } from '@cluster-ai/contract/api/settings.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { call } from '../../api/client.ts';
import { useCan } from '../../api/session.ts';
import { FormError } from '../../forms/form-error.tsx';
import { SelectField } from '../../forms/select-field.tsx';
import { TextField } from '../../forms/text-field.tsx';
import { settingsText } from '../../i18n/settings-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { toast } from '../../ui/toast-store.ts';
import { SettingOrigin, sourceWords } from './setting-origin.tsx';

/** One setting: what it does, its value, where that comes from, and the change. */
export function SettingRow({ setting }: { readonly setting: RuntimeSetting }) {
  const t = useText(settingsText);
  const client = useQueryClient();
  const { reason } = useCan('admin');
  const [text, setText] = useState(String(setting.value));
  const { name } = setting;
  const onSuccess = (changed: RuntimeSetting) => {
    toast(t('saved', { setting: t(name), value: valueText(t, changed, changed.value) }));
    void client.invalidateQueries({ queryKey: ['settings'] });
  };
  const saving = useMutation({
    mutationFn: () => call(putSetting, { params: { name }, body: { value: typedValue(setting, text) } }),
    onSuccess,
  });
  const resetting = useMutation({ mutationFn: () => call(resetSetting, { params: { name } }), onSuccess });
  const isChanged = text !== String(setting.value);
  const wrong = isChanged && !fits(setting, text) ? t('notANumber', rangeOf(setting)) : undefined;
  const fixed = setting.fixed ? t('fixedReason', { where: sourceWords(t, setting.source) }) : undefined;
  const held = reason ?? fixed;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (held === undefined && isChanged && wrong === undefined && !saving.isPending) saving.mutate();
  };
  return (
    <li className="grid gap-x-8 gap-y-3 px-5 py-4 lg:grid-cols-[minmax(0,1fr)_minmax(0,26rem)]">
      <div className="space-y-1">
        <h3 className="font-semibold">{t(name)}</h3>
        <p className="max-w-prose text-muted">{t(`${name}About`)}</p>
        <p className="font-mono text-xs text-muted">{name}</p>
        <SettingOrigin setting={setting} />
      </div>
      <form onSubmit={submit} className="space-y-2" noValidate>
        <div className="flex flex-wrap items-end gap-2">
          <div className="w-40">
            <ValueField setting={setting} text={text} onChange={setText} error={wrong} />
          </div>
          <Button
            look="primary"
            type="submit"
            aria-label={t('saveSetting', { setting: t(name) })}
            isPending={saving.isPending}
            disabledReason={held ?? wrong ?? (isChanged ? undefined : t('notChanged'))}
          >
            {t('save')}
          </Button>
          {setting.source.kind === 'database' && (
            <Button
              look="quiet"
              isPending={resetting.isPending}
              disabledReason={held}
              onClick={() => resetting.mutate()}
            >
              {t('reset', { value: valueText(t, setting, setting.defaultValue) })}
            </Button>
          )}
        </div>
        <FormError error={saving.error ?? resetting.error} />
        {isChanged && wrong === undefined && <CommandLine command={cliWords.setSetting(name, text)} />}
      </form>
    </li>
  );
}

interface ValueFieldProps {
  readonly setting: RuntimeSetting;
  readonly text: string;
  readonly onChange: (text: string) => void;
  readonly error: string | undefined;
}

function ValueField({ setting, text, onChange, error }: ValueFieldProps) {
  const t = useText(settingsText);
  const { choices, unit } = setting;
  const label = unitWord(t, unit) ?? t('value');
  if (choices !== null) {
    return (
      <SelectField
        label={label}
        value={text}
        options={choices.map((choice) => ({ value: choice, label: choice }))}
        onChange={onChange}
        error={error}
      />
    );
  }
  return (
    <TextField label={label} value={text} onChange={onChange} error={error} inputMode="numeric" autoComplete="off" />
  );
}

function unitWord(t: Text<typeof settingsText.en>, unit: string | null): string | undefined {
  const words: Readonly<Record<string, string>> = {
    minutes: t('minutes'),
    seconds: t('seconds'),
    days: t('days'),
    attempts: t('attempts'),
    characters: t('characters'),
  };
  return unit === null ? undefined : (words[unit] ?? unit);
}

function valueText(t: Text<typeof settingsText.en>, { unit }: RuntimeSetting, value: RuntimeSetting['value']): string {
  const word = unitWord(t, unit);
  return word === undefined ? String(value) : `${value} ${word}`;
}

function typedValue({ choices }: RuntimeSetting, text: string): string | number {
  return choices === null ? Number(text.trim()) : text;
}

function rangeOf({ min, max }: RuntimeSetting): { readonly min: number; readonly max: number } {
  return { min: min ?? 0, max: max ?? Number.MAX_SAFE_INTEGER };
}

function fits(setting: RuntimeSetting, text: string): boolean {
  if (setting.choices !== null) return setting.choices.includes(text);
  const { min, max } = rangeOf(setting);
  return /^\d{1,12}$/.test(text.trim()) && Number(text) >= min && Number(text) <= max;
}
