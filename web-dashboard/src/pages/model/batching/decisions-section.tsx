import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import { batchingText } from '../../../i18n/batching-text.ts';
import { useText, type Text } from '../../../i18n/use-text.ts';
import type { Column } from '../../../table/column.ts';
import { DataTable } from '../../../table/data-table.tsx';
import { Panel, Section } from '../../../ui/section.tsx';
import { sentence } from './advice-words.ts';

type Decision = NonNullable<GatewayBatching['decisions']>[number];

/** The same may be decided anew, so the place in the list names it. */
type Row = Decision & { readonly place: number };

/** What the automatic mode has chosen, the newest first, each with its reason; nothing where it is off. */
export function DecisionsSection({ entry: { decisions } }: { readonly entry: GatewayBatching }) {
  const t = useText(batchingText);
  if (decisions === undefined || decisions.length === 0) return null;
  const rows = decisions.map((decision, place) => ({ ...decision, place })).toReversed();
  return (
    <Section id="decisions" title={t('decisions')} summary={t('decisionsSummary')}>
      <Panel>
        <DataTable caption={t('decisions')} columns={columns(t)} rows={rows} rowKey={({ place }) => String(place)} />
      </Panel>
    </Section>
  );
}

const known = ['rows', 'delay', 'instances', 'objective'] as const;

function columns(t: Text<typeof batchingText.en>): readonly Column<Row>[] {
  return [
    {
      id: 'what',
      header: t('decidedWhat'),
      cell: ({ what }) => {
        const word = known.find((one) => one === what);
        return <span className="font-medium">{word === undefined ? what : t(word)}</span>;
      },
    },
    {
      id: 'chosen',
      header: t('decidedValue'),
      cell: ({ chosen }) => <span className="whitespace-nowrap tabular-nums">{chosen}</span>,
    },
    { id: 'because', header: t('decidedBecause'), cell: ({ because }) => sentence(because) },
  ];
}
