import { keepPreviousData, type UseQueryResult } from '@tanstack/react-query';
import type { ListFields } from '@cluster-ai/contract/api/list-filter.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ReactNode } from 'react';
import { tableText } from '../i18n/table-text.ts';
import { useText } from '../i18n/use-text.ts';
import { FailedState } from '../ui/failed-state.tsx';
import { Panel } from '../ui/section.tsx';
import type { Column } from './column.ts';
import { FilterBox } from './filter-box.tsx';
import { ListFoot } from './list-foot.tsx';
import { ListRows } from './list-rows.tsx';
import { SkeletonRows } from './skeleton-rows.tsx';
import type { Selection } from './select-cell.tsx';
import type { ListState } from './use-list-state.ts';

/** Options of the query behind a list: the old page stays until the new one is there. */
export const listQueryOptions = { placeholderData: keepPreviousData, networkMode: 'always', retry: false } as const;

/** A page as the API answers it. */
export interface ListPage<Row> {
  readonly items: readonly Row[];
  readonly next: string | null;
  /** All rows that the filter lets through, where the API counts them. */
  readonly total?: number | undefined;
  /** There are more than `total`: counting has ended there. */
  readonly totalIsBound?: boolean | undefined;
}

interface ListTableProps<Row> {
  /** What the rows are, for screen readers: "Models". */
  readonly caption: string;
  readonly state: ListState;
  readonly result: UseQueryResult<ListPage<Row>>;
  readonly columns: readonly Column<Row>[];
  readonly rowKey: (row: Row) => string;
  /** Of the list's declaration in the contract (`listAudit.query.list.fields`): the filter is checked and explained. */
  readonly fields?: ListFields;
  /** A filter that makes sense here: `iris state=ready`. */
  readonly filterExample: string;
  /** Right of the filter: buttons, further choices. */
  readonly actions?: ReactNode;
  readonly selection?: Selection;
  /** In the place of the rows when there is none and no filter: why, and the next command. */
  readonly empty: ReactNode;
  /** The command that lists the same. */
  readonly command?: string;
}

/**
 * A list that the server filters, sorts and pages, with its state in the address (`useListState`). Keys: `/` filter, `j`
 * and `k` or the arrows move between rows, Enter opens a row's first link, `x` selects it.
 */
export function ListTable<Row>(props: ListTableProps<Row>) {
  const { state, result, fields, filterExample, actions, command } = props;
  const { filter } = state.search;
  const refusal = filter === undefined ? undefined : filterRefusal(result.error);
  return (
    <div className="space-y-3">
      <div className="flex flex-wrap items-start gap-3">
        <FilterBox
          filter={filter ?? ''}
          onFilter={state.setFilter}
          example={filterExample}
          fields={fields}
          error={refusal}
        />
        {actions !== undefined && <div className="flex flex-wrap gap-2">{actions}</div>}
      </div>
      <Panel>
        <ListBody {...props} />
        {result.data !== undefined && <ListFoot state={state} page={result.data} command={command} />}
      </Panel>
    </div>
  );
}

function ListBody<Row>(props: ListTableProps<Row>) {
  const { caption, columns, result, state, empty, rowKey, selection } = props;
  const t = useText(tableText);
  if (result.data === undefined) {
    if (result.error !== null) return <FailedState error={result.error} onRetry={() => void result.refetch()} />;
    return <SkeletonRows columns={columns} />;
  }
  const rows = result.data.items;
  if (rows.length === 0) {
    if (state.search.filter === undefined && state.search.cursor === undefined) return empty;
    return <p className="px-5 py-8 text-center text-muted">{t('noMatch')}</p>;
  }
  const isOld = result.isPlaceholderData || (result.isError && result.data !== undefined);
  return (
    <div aria-busy={result.isPlaceholderData} className={isOld ? 'opacity-60' : ''}>
      <ListRows
        caption={caption}
        columns={columns}
        rows={rows}
        rowKey={rowKey}
        sort={state.search.sort}
        onSort={state.sortBy}
        {...(selection === undefined ? {} : { selection })}
      />
    </div>
  );
}

/** A refusal of what was typed belongs to the filter box, not to the list. */
function filterRefusal(error: Error | null): string | undefined {
  return error instanceof ClusterError && error.code === 'INVALID_ARGUMENT'
    ? error.message.replaceAll(/(^|; )query\.filter: /g, '$1')
    : undefined;
}
