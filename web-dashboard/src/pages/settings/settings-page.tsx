import { listSettings, type RuntimeSetting } from '@cluster-ai/contract/api/settings.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { settingsText } from '../../i18n/settings-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { CommandLine } from '../../ui/command-line.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel, Section } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { SettingRow } from './setting-row.tsx';

/** Settings of one kind stand together. What is in no group stands last, so that a new one cannot be forgotten. */
const accessNames: readonly string[] = [
  'session_timeout',
  'max_login_attempts',
  'lockout_minutes',
  'password_length_min',
] satisfies readonly RuntimeSetting['name'][];

/** What can be changed while everything runs, each with where its value comes from. */
export function SettingsPage() {
  const t = useText(settingsText);
  const { data, error, refetch } = useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => call(listSettings, { signal }),
    networkMode: 'always',
    retry: false,
  });
  return (
    <>
      <PageHeader
        title={t('title')}
        summary={t('summary')}
        actions={<CommandLine command={cliWords.listSettings()} />}
      />
      {data === undefined ? (
        <Panel>
          {error === null ? <SkeletonLines /> : <FailedState error={error} onRetry={() => void refetch()} />}
        </Panel>
      ) : (
        <>
          <SettingGroup id="access" title={t('access')} items={data.items.filter(isAccess)} />
          <SettingGroup id="operation" title={t('operation')} items={data.items.filter((item) => !isAccess(item))} />
        </>
      )}
    </>
  );
}

function isAccess({ name }: RuntimeSetting): boolean {
  return accessNames.includes(name);
}

interface SettingGroupProps {
  readonly id: string;
  readonly title: string;
  readonly items: readonly RuntimeSetting[];
}

function SettingGroup({ id, title, items }: SettingGroupProps) {
  return (
    <Section id={id} title={title}>
      <Panel>
        <ul className="divide-y divide-line">
          {items.map((item) => (
            // A value that changed elsewhere begins the row anew.
            <SettingRow key={`${item.name}=${item.value}`} setting={item} />
          ))}
        </ul>
      </Panel>
    </Section>
  );
}
