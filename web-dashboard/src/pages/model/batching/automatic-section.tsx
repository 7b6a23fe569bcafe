import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import { batchingText } from '../../../i18n/batching-text.ts';
import { useText, type Text } from '../../../i18n/use-text.ts';
import type { Column } from '../../../table/column.ts';
import { DataTable } from '../../../table/data-table.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Panel, Section } from '../../../ui/section.tsx';
import { Status, type Tone } from '../../../ui/status.tsx';
import { Timestamp } from '../../../ui/timestamp.tsx';
import { sentence } from './advice-words.ts';

type Automatic = NonNullable<GatewayBatching['automatic']>;

/** The same may be decided anew, so the place in the list names it. */
interface Row {
  readonly place: number;
  readonly decision: Automatic['decisions'][number];
}

const tones: Readonly<Record<Automatic['standing'], Tone>> = {
  measuring: 'progress',
  held: 'good',
  adjusting: 'progress',
  missed: 'warn',
};

/** What is picked for a latency objective, the newest decision first, each with its reason; nothing without one. */
export function AutomaticSection({ entry: { automatic } }: { readonly entry: GatewayBatching }) {
  const t = useText(batchingText);
  const { ms, count } = useFormat();
  if (automatic === undefined) return null;
  const { objectiveMs, standing, p99Ms, choice, decisions } = automatic;
  const rows = decisions.map((decision, place) => ({ decision, place })).toReversed();
  return (
    <Section
      id="automatic"
      title={t('automatic')}
      summary={t('automaticSummary', { objective: ms(objectiveMs) })}
      aside={<Status tone={tones[standing]}>{t(standing)}</Status>}
    >
      <Panel>
        <p className="flex flex-wrap gap-x-6 gap-y-1 border-b border-line px-5 py-3 text-sm">
          <span>{p99Ms === null ? t('tailLater') : t('tailNow', { tail: ms(p99Ms) })}</span>
          <span className="text-muted">
            {t('inForce', { count: choice.rowsMax, delay: ms(choice.delayMs), copies: count(choice.instances) })}
          </span>
        </p>
        {rows.length === 0 ? (
          <p className="px-5 py-4 text-muted">{t('noDecision')}</p>
        ) : (
          <DataTable caption={t('automatic')} columns={columns(t)} rows={rows} rowKey={({ place }) => String(place)} />
        )}
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
      cell: ({ decision: { what } }) => {
        const word = known.find((one) => one === what);
        return <span className="font-medium">{word === undefined ? what : t(word)}</span>;
      },
    },
    {
      id: 'chosen',
      header: t('decidedValue'),
      cell: ({ decision: { chosen } }) => <span className="whitespace-nowrap tabular-nums">{chosen}</span>,
    },
    { id: 'because', header: t('decidedBecause'), cell: ({ decision: { because } }) => sentence(because) },
    { id: 'at', header: t('decidedAt'), cell: ({ decision: { atMs } }) => <Timestamp at={atMs} look="relative" /> },
  ];
}
