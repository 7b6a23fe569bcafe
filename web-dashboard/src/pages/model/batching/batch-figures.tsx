import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import { batchingText } from '../../../i18n/batching-text.ts';
import { useText, type Text } from '../../../i18n/use-text.ts';
import { FigureRow, type Figure } from '../../../ui/figure-row.tsx';
import { useFormat, type Format } from '../../../ui/format.ts';

/** The figures that are looked at first. */
export function BatchFigures({ entry }: { readonly entry: GatewayBatching }) {
  const t = useText(batchingText);
  const format = useFormat();
  return <FigureRow figures={figures(entry, t, format)} absent={t('notMeasured')} />;
}

function figures(entry: GatewayBatching, t: Text<typeof batchingText.en>, format: Format): readonly Figure[] {
  const { batches, requests, rows, rules, queue, compute, waiting, refused } = entry;
  const time = (label: string, { p50Ms, p99Ms }: GatewayBatching['queue']): Figure => ({
    label,
    value: p50Ms === null ? null : format.ms(p50Ms),
    unit: 'ms',
    note: p99Ms === null ? t('noBatch') : t('queueNote', { tail: format.ms(p99Ms) }),
  });
  return [
    { label: t('batches'), value: format.count(batches), note: t('ofRequests', { count: requests }) },
    {
      label: t('meanRows'),
      value: batches === 0 ? null : format.number(rows / batches, 1),
      note:
        batches === 0 ? t('noBatch') : rules.rowsMax === 0 ? t('apartShort') : t('onAverage', { count: rules.rowsMax }),
    },
    time(t('queueP50'), queue),
    time(t('computeP50'), compute),
    { label: t('waiting'), value: format.count(waiting), note: t('requestsWait') },
    {
      label: t('refused'),
      value: format.count(refused.queueFull + refused.queueTimeout),
      note: t('refusedNote'),
    },
  ];
}
