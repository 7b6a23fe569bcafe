import type { RuntimeSetting, SettingSource } from '@cluster-ai/contract/api/settings.ts';
import { settingsText } from '../../i18n/settings-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import { Badge } from '../../ui/badge.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

/** Where a value comes from, and who has changed it. */
export function SettingOrigin({ setting: { source, changedAt, changedBy } }: { readonly setting: RuntimeSetting }) {
  const t = useText(settingsText);
  return (
    <p className="flex flex-wrap items-center gap-x-2 gap-y-1 text-sm text-muted">
      <span>{t('source')}</span>
      <Badge look={source.kind === 'default' ? 'plain' : 'accent'}>{sourceWords(t, source)}</Badge>
      {source.kind === 'database' && changedAt !== null && changedBy !== null && (
        <span>{t.rich('changedBy', { who: changedBy, when: <Timestamp at={changedAt} /> })}</span>
      )}
    </p>
  );
}

export function sourceWords(t: Text<typeof settingsText.en>, { kind, text }: SettingSource): string {
  const words: Readonly<Record<SettingSource['kind'], string>> = {
    default: t('fromDefault'),
    database: t('fromDatabase'),
    file: t('fromFile', { where: text }),
    env: t('fromEnv', { where: text }),
    flag: t('fromFlag', { where: text }),
  };
  return words[kind];
}
