import { tableText } from '../i18n/table-text.ts';
import { useText } from '../i18n/use-text.ts';
import { Button } from '../ui/button.tsx';
import { CommandLine } from '../ui/command-line.tsx';
import type { ListPage } from './list-table.tsx';
import type { ListState } from './use-list-state.ts';

interface ListFootProps {
  readonly state: ListState;
  readonly page: ListPage<unknown>;
  readonly command?: string | undefined;
}

/** How many rows are shown, of how many, and the way to the rest. */
export function ListFoot({ state, page: { items, next, total, totalIsBound = false }, command }: ListFootProps) {
  const t = useText(tableText);
  const isWhole = next === null && state.previousPage === null;
  const shown =
    total !== undefined && total !== items.length
      ? t(totalIsBound ? 'shownOfMore' : 'shownOf', { count: items.length, total })
      : isWhole
        ? t('shownAll', { count: items.length })
        : t('shown', { count: items.length });
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-line px-4 py-2.5 text-sm text-muted">
      <output>{shown}</output>
      {command !== undefined && <CommandLine command={command} />}
      {!isWhole && (
        <nav aria-label={t('pages')} className="ml-auto flex gap-2">
          <Button
            look="quiet"
            size="small"
            disabledReason={state.previousPage === null ? t('isFirst') : undefined}
            onClick={() => state.previousPage?.()}
          >
            {t('previous')}
          </Button>
          <Button
            look="quiet"
            size="small"
            disabledReason={next === null ? t('isLast') : undefined}
            onClick={() => {
              if (next !== null) state.nextPage(next);
            }}
          >
            {t('next')}
          </Button>
        </nav>
      )}
    </div>
  );
}
