import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';
import type { batchingText } from '../../../i18n/batching-text.ts';
import type { Text } from '../../../i18n/use-text.ts';
import type { Format } from '../../../ui/format.ts';

type Advice = GatewayBatching['advice'][number];
type Reason = keyof GatewayBatching['closed'];

/** One piece of advice in the reader's language. */
export interface AdviceWords {
  readonly finding: string;
  /** Null when nothing needs to be changed. */
  readonly change: string | null;
}

/**
 * Says an advice in the reader's language, with the figures of its version. What a gateway says that this dashboard does
 * not know is shown in the gateway's own words.
 */
export function adviceWords(
  advice: Advice,
  entry: GatewayBatching,
  t: Text<typeof batchingText.en>,
  format: Format,
): AdviceWords {
  const share = (reason: Reason) => format.percent(entry.closed[reason] / Math.max(1, entry.batches));
  const mean = format.number(entry.rows / Math.max(1, entry.batches), 1);
  const ms = (value: number | null) => (value === null ? '–' : format.ms(value));
  switch (advice.kind) {
    case 'queueFull':
      return { finding: t('queueFullFinding', { count: entry.refused.queueFull }), change: t('queueFullChange') };
    case 'queueTimeout':
      return {
        finding: t('queueTimeoutFinding', { count: entry.refused.queueTimeout }),
        change: t('queueTimeoutChange'),
      };
    case 'takenApart':
      return { finding: t('takenApartFinding', { count: entry.takenApart }), change: t('takenApartChange') };
    case 'tooFew':
      return { finding: t('tooFewFinding', { count: entry.batches }), change: null };
    // The reason is found by the gateway's probe, and said in its words.
    case 'modelApart':
      return { finding: sentence(advice.finding), change: t('modelApartChange') };
    case 'configuredApart':
      return { finding: t('configuredApartFinding'), change: t('configuredApartChange') };
    case 'full':
      return {
        finding: t('fullFinding', { share: share('full'), rows: entry.rules.rowsMax, wait: ms(entry.queue.p50Ms) }),
        change: t('fullChange'),
      };
    case 'waiting':
      return {
        finding: t('waitingFinding', { wait: ms(entry.queue.p50Ms), run: ms(entry.compute.p50Ms) }),
        change: t('waitingChange'),
      };
    case 'idleDelay':
      return { finding: t('idleDelayFinding', { share: share('delay'), mean }), change: t('idleDelayChange') };
    case 'shape':
    case 'alone':
    case 'deadline':
      return {
        finding: t(`${advice.kind}Finding`, { share: share(advice.kind) }),
        change: t(`${advice.kind}Change`),
      };
    case 'littleTraffic':
      return { finding: t('littleTrafficFinding', { share: share('idle') }), change: null };
    case 'allWell':
      return { finding: t('allWellFinding', { mean }), change: null };
    default:
      return { finding: sentence(advice.finding), change: advice.change === null ? null : sentence(advice.change) };
  }
}

/** As sentences stand on a page. */
export function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
