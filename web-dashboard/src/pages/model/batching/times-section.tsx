import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import { batchingText } from '../../../i18n/batching-text.ts';
import { useText, type Text } from '../../../i18n/use-text.ts';
import type { Column } from '../../../table/column.ts';
import { DataTable } from '../../../table/data-table.tsx';
import { useFormat, type Format } from '../../../ui/format.ts';
import { Panel, Section } from '../../../ui/section.tsx';

interface Row {
  readonly id: 'queue' | 'compute';
  readonly times: GatewayBatching['queue'];
}

/** How long requests waited, and how long batches ran. */
export function TimesSection({ entry: { queue, compute } }: { readonly entry: GatewayBatching }) {
  const t = useText(batchingText);
  const format = useFormat();
  return (
    <Section id="times" title={t('times')}>
      <Panel>
        <DataTable
          caption={t('times')}
          columns={columns(t, format)}
          rows={[
            { id: 'queue', times: queue },
            { id: 'compute', times: compute },
          ]}
          rowKey={({ id }) => id}
        />
      </Panel>
    </Section>
  );
}

function columns(t: Text<typeof batchingText.en>, { ms, count }: Format): readonly Column<Row>[] {
  const time = (key: 'meanMs' | 'p50Ms' | 'p99Ms') =>
    function Cell({ times }: Row) {
      return times[key] === null ? '–' : ms(times[key]);
    };
  return [
    {
      id: 'time',
      header: t('time'),
      cell: ({ id }) => (
        <>
          <span className="font-medium">{t(id)}</span>
          <span className="block text-xs text-muted">{t(`${id}Hint`)}</span>
        </>
      ),
    },
    { id: 'mean', header: t('mean'), align: 'end', cell: time('meanMs') },
    { id: 'p50', header: t('p50'), align: 'end', cell: time('p50Ms') },
    { id: 'p99', header: t('p99'), align: 'end', cell: time('p99Ms') },
    { id: 'count', header: t('count'), align: 'end', cell: ({ times }) => count(times.count) },
  ];
}
