import { listAliasHistory, type AliasMove, type Model } from '@cluster-ai/contract/api/models.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useQuery } from '@tanstack/react-query';
import { call } from '../../api/client.ts';
import { modelText } from '../../i18n/model-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import type { Column } from '../../table/column.ts';
import { listQueryOptions, ListTable } from '../../table/list-table.tsx';
import { useListState } from '../../table/use-list-state.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Section } from '../../ui/section.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';

/** Every move of every alias. */
export function AliasHistory({ model: { name, revision } }: { readonly model: Model }) {
  const t = useText(modelText);
  const state = useListState();
  const result = useQuery({
    queryKey: ['model', name, 'alias-history', revision, state.query],
    queryFn: ({ signal }) => call(listAliasHistory, { params: { name }, query: state.query, signal }),
    ...listQueryOptions,
  });
  return (
    <Section id="alias-history" title={t('history')} summary={t('historySummary')}>
      <ListTable
        caption={t('history')}
        state={state}
        result={result}
        columns={columns(t)}
        rowKey={({ id }) => String(id)}
        fields={listAliasHistory.query.list.fields}
        filterExample="alias=champion"
        command={cliWords.aliasHistory(name, { filter: state.search.filter, sort: state.search.sort })}
        empty={
          <EmptyState title={t('historyEmpty')}>
            <p>{t('aliasesText')}</p>
          </EmptyState>
        }
      />
    </Section>
  );
}

function columns(t: Text<typeof modelText.en>): readonly Column<AliasMove>[] {
  return [
    { id: 'when', header: t('when'), sort: 'at', cell: ({ at }) => <Timestamp at={at} /> },
    { id: 'alias', header: t('alias'), cell: ({ alias }) => <span className="font-semibold">{alias}</span> },
    { id: 'change', header: t('change'), cell: (move) => moveText(t, move) },
    { id: 'who', header: t('who'), cell: ({ by }) => by },
  ];
}

function moveText(t: Text<typeof modelText.en>, { version, previous }: AliasMove): string {
  if (version === null) return t('wasRemoved', { previous: String(previous ?? '–') });
  if (previous === null) return t('wasNew', { version: String(version) });
  return t('moved', { previous: String(previous), version: String(version) });
}
