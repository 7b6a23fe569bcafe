import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { listQueryOf, type ListQuery } from './list-query.ts';
import type { ListSearch } from './list-search.ts';

export interface ListState {
  readonly search: ListSearch;
  /** The query of the API call. Part of the query's key, too. */
  readonly query: ListQuery;
  readonly setFilter: (filter: string) => void;
  /** Sorts by a column, the other way round when it is sorted by it already. */
  readonly sortBy: (column: string) => void;
  readonly nextPage: (cursor: string) => void;
  /** To the page before; null when this is the first. */
  readonly previousPage: (() => void) | null;
}

/** Filter, sort and place of a list page, kept in the address: a shared address shows the same rows. */
export function useListState(defaults: { readonly sort?: string } = {}): ListState {
  const { filter, sort, cursor } = useSearch({ strict: false });
  const navigate = useNavigate();
  // Cursors lead forward only: the way back is what this visit has come by, and after a shared address the first page.
  const [before, setBefore] = useState<readonly (string | undefined)[]>([]);
  const go = (next: ListSearch) =>
    void navigate({
      to: '.',
      search: (old) => ({ ...old, ...next }),
      replace: next.cursor === undefined,
      resetScroll: false,
    });
  const sorted = sort ?? defaults.sort;
  return {
    search: { filter, sort: sorted, cursor },
    query: listQueryOf({ filter, sort: sorted, cursor }),
    setFilter: (text) => {
      setBefore([]);
      go({ filter: text.trim() === '' ? undefined : text.trim(), cursor: undefined });
    },
    sortBy: (column) => {
      setBefore([]);
      go({ sort: nextSort(sorted, column), cursor: undefined });
    },
    nextPage: (next) => {
      setBefore([...before, cursor]);
      go({ cursor: next });
    },
    previousPage:
      cursor === undefined
        ? null
        : () => {
            setBefore(before.slice(0, -1));
            go({ cursor: before.at(-1) });
          },
  };
}

/** Smallest first, then largest first, then smallest first again. */
function nextSort(present: string | undefined, column: string): string {
  return present === column ? `-${column}` : column;
}
