import { Link } from '@tanstack/react-router';
import { shellText } from '../../i18n/shell-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';

/** Where an address leads that has no page. */
export function NotFoundPage() {
  const t = useText(shellText);
  return (
    <main className="mx-auto max-w-3xl space-y-6 p-6">
      <PageHeader title={t('notFoundTitle')} />
      <Panel>
        <EmptyState title={t('notFoundText')}>
          <Link {...pathTo.overview()} className="text-accent underline underline-offset-2">
            {t('toOverview')}
          </Link>
        </EmptyState>
      </Panel>
    </main>
  );
}
