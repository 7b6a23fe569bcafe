import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import type { ReactNode } from 'react';
import { batchingText } from '../../../i18n/batching-text.ts';
import { useText } from '../../../i18n/use-text.ts';
import { Badge } from '../../../ui/badge.tsx';
import { useFormat } from '../../../ui/format.ts';
import { Panel, Section } from '../../../ui/section.tsx';
import { Status } from '../../../ui/status.tsx';
import { sentence } from './advice-words.ts';

const origins = {
  setting: 'setting',
  configuration: 'configured',
  gateway: 'byGateway',
  automatic: 'byAutomatic',
} as const;

type Origin = keyof typeof origins;

/** The rules that hold, each with who says so, and what they kept from running. */
export function RulesSection({ entry }: { readonly entry: GatewayBatching }) {
  const t = useText(batchingText);
  const { number, count, ms } = useFormat();
  const { rules, refused, takenApart } = entry;
  const { rowsMax, preferredRows, delayMs, keepsOrder, levels, origins: said } = rules;
  return (
    <Section id="rules" title={t('rules')} summary={t('rulesSummary')}>
      <Panel className="p-5">
        <dl className="grid gap-x-6 gap-y-2.5 sm:grid-cols-[auto_minmax(0,1fr)] xl:grid-cols-[auto_minmax(0,1fr)_auto_minmax(0,1fr)]">
          <Rule name={t('equal')}>
            <MergedOutputs entry={entry} />
          </Rule>
          <Rule name={t('rowsMax')} origin={said.rows}>
            {rowsMax === 0 ? t('oneRequest') : t('atMost', { count: rowsMax })}
          </Rule>
          {rowsMax > 0 && (
            <>
              <Rule name={t('goesAt')} origin={said.rows === 'automatic' ? said.rows : said.rest}>
                {t('goesAtRows', { rows: preferredRows.map((rows) => number(rows)).join(', ') })}
              </Rule>
              <Rule name={t('delayMax')} origin={said.delay}>
                {delayMs === 0 ? t('delayNone') : t('delayMs', { ms: ms(delayMs) })}
              </Rule>
            </>
          )}
          <Rule name={t('order')} origin={said.rest}>
            {t(keepsOrder ? 'orderKept' : 'orderFree')}
          </Rule>
          <Rule name={t('priorities')} origin={said.rest}>
            {levels === 0 ? t('prioritiesNone') : count(levels)}
          </Rule>
          <Rule name={t('refusedFull')}>{count(refused.queueFull)}</Rule>
          <Rule name={t('refusedLate')}>{count(refused.queueTimeout)}</Rule>
          <Rule name={t('takenApart')}>
            {count(takenApart)}
            {takenApart > 0 && <span className="block text-xs text-muted">{t('takenApartHint')}</span>}
          </Rule>
        </dl>
      </Panel>
    </Section>
  );
}

interface RuleProps {
  readonly name: string;
  readonly origin?: Origin;
  readonly children: ReactNode;
}

function Rule({ name, origin, children }: RuleProps) {
  const t = useText(batchingText);
  return (
    <div className="sm:contents">
      <dt className="text-muted">{name}</dt>
      <dd>
        {children}
        {origin !== undefined && (
          <span className="ml-2">
            <Badge>
              <span className="sr-only">{t('saidBy')} </span>
              {t(origins[origin])}
            </Badge>
          </span>
        )}
      </dd>
    </div>
  );
}

/** Whether merging changes what a model answers: it is tried before anything is merged. */
function MergedOutputs({ entry: { rules, apartReason } }: { readonly entry: GatewayBatching }) {
  const t = useText(batchingText);
  if (rules.rowsMax > 0) {
    return (
      <>
        <Status tone="good">{t('equalYes')}</Status>
        <span className="block text-xs text-muted">{t('equalHow')}</span>
      </>
    );
  }
  return (
    <>
      <Status tone="rest">{t('equalNo')}</Status>
      <span className="block text-xs text-muted">
        {apartReason === null ? t('equalConfigured') : sentence(apartReason.replace(/^requests are not merged: /, ''))}
      </span>
    </>
  );
}
