import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import { closingReasons } from '@cluster-ai/core/batching/batch-counts.ts';
import { batchingText } from '../../../i18n/batching-text.ts';
import { useText } from '../../../i18n/use-text.ts';
import { Panel, Section } from '../../../ui/section.tsx';
import { ShareTable } from './share-table.tsx';
import { sizeRows } from './size-rows.ts';

const words = {
  full: ['full', 'fullHint'],
  preferred: ['preferred', 'preferredHint'],
  delay: ['delayOver', 'delayOverHint'],
  idle: ['idle', 'idleHint'],
  deadline: ['deadline', 'deadlineHint'],
  shape: ['shape', 'shapeHint'],
  priority: ['priority', 'priorityHint'],
  alone: ['alone', 'aloneHint'],
} as const;

/** Why batches closed, most frequent first. */
export function ClosedSection({ entry: { closed, batches } }: { readonly entry: GatewayBatching }) {
  const t = useText(batchingText);
  const rows = closingReasons
    .filter((reason) => closed[reason] > 0)
    .toSorted((left, right) => closed[right] - closed[left])
    .map((reason) => ({
      id: reason,
      batches: closed[reason],
      label: (
        <>
          {t(words[reason][0])}
          <span className="block text-xs font-normal text-muted">{t(words[reason][1])}</span>
        </>
      ),
    }));
  return (
    <Section id="closed" title={t('closed')} summary={t('closedSummary')}>
      <Panel className="p-5">
        <ShareTable caption={t('closed')} header={t('reason')} rows={rows} total={batches} />
      </Panel>
    </Section>
  );
}

/** The histogram of their sizes. */
export function SizesSection({ entry: { sizes, batches } }: { readonly entry: GatewayBatching }) {
  const t = useText(batchingText);
  const rows = sizeRows(sizes).map(({ label, batches: count }) => ({
    id: label,
    batches: count,
    label: <span className="whitespace-nowrap tabular-nums">{label}</span>,
  }));
  return (
    <Section id="sizes" title={t('sizes')} summary={t('sizesSummary')}>
      <Panel className="p-5">
        <ShareTable caption={t('sizes')} header={t('sizeRows')} rows={rows} total={batches} />
      </Panel>
    </Section>
  );
}
