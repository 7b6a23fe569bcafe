import { listModels } from '@cluster-ai/contract/api/models.ts';
import { listRoutes } from '@cluster-ai/contract/api/routes.ts';
import { printFilter } from '@cluster-ai/contract/api/list-filter.ts';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useCan } from '../../api/session.ts';
import { call } from '../../api/client.ts';
import { paletteText } from '../../i18n/palette-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import type { PaletteEntry } from './entry.ts';
import { fit } from './match.ts';

/** Models and routes that are offered at most. */
const foundMax = 8;

/** So few routes are meant that what can be done with each is offered, too. */
const actedOnMax = 2;

/** Models and routes whose names hold every word, found by the server. */
export function useFound(words: readonly string[]): {
  readonly entries: readonly PaletteEntry[];
  readonly isSearching: boolean;
  readonly error: Error | null;
} {
  const t = useText(paletteText);
  const navigate = useNavigate();
  const operator = useCan('operator').reason;
  const filter = printFilter(words.map((value) => ({ field: null, operator: '~', value })));
  const shared = { enabled: words.length > 0, placeholderData: keepPreviousData, staleTime: 10_000 } as const;
  const query = { limit: foundMax, filter };
  const models = useQuery({
    queryKey: ['models', 'found', filter],
    queryFn: ({ signal }) => call(listModels, { query, signal }),
    ...shared,
  });
  const routes = useQuery({
    queryKey: ['routes', 'found', filter],
    queryFn: ({ signal }) => call(listRoutes, { query, signal }),
    ...shared,
  });
  const named = (items: readonly { readonly name: string }[] | undefined) =>
    (words.length === 0 ? [] : (items ?? [])).map(({ name }) => name).filter((name) => fit(name, words) > 0);
  const routeNames = named(routes.data?.items);
  const actedOn = routeNames.length <= actedOnMax ? routeNames : [];
  return {
    entries: [
      ...named(models.data?.items).map((name): PaletteEntry => ({
        id: `model-${name}`,
        group: 'models',
        label: name,
        run: () => void navigate(pathTo.model(name)),
      })),
      ...routeNames.map((name): PaletteEntry => ({
        id: `route-${name}`,
        group: 'routes',
        label: name,
        run: () => void navigate(pathTo.route(name)),
      })),
      ...actedOn.flatMap((route): PaletteEntry[] => [
        {
          id: `split-${route}`,
          group: 'actions',
          label: t('splitRoute', { route }),
          disabledReason: operator,
          run: () => void navigate(pathTo.route(route, { do: 'split' })),
        },
        {
          id: `try-${route}`,
          group: 'actions',
          label: t('tryRoute', { route }),
          run: () => void navigate(pathTo.playground(route)),
        },
      ]),
    ],
    isSearching: models.isFetching || routes.isFetching,
    error: models.error ?? routes.error,
  };
}
