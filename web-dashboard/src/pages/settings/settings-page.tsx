import { settingsText } from '../../i18n/settings-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';

/** How this installation works. */
export function SettingsPage() {
  const t = useText(settingsText);
  return (
    <>
      <PageHeader title={t('title')} summary={t('summary')} />
      <Panel>
        <EmptyState title={t('emptyTitle')}>
          <p>{t('emptyText')}</p>
        </EmptyState>
      </Panel>
    </>
  );
}
