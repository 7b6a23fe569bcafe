import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { summarizeFleet } from '../../api/fleet-summary.ts';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Section } from '../../ui/section.tsx';
import { TrafficFigures } from './traffic-figures.tsx';

/** The figures of this moment. */
export function NowSection({ overview }: { readonly overview: Overview }) {
  const t = useText(overviewText);
  const fleet = summarizeFleet(overview);
  return (
    <Section
      id="now"
      title={t('now')}
      summary={
        fleet.windowSeconds === null ? t('noGatewayReports') : t('window', { count: Math.round(fleet.windowSeconds) })
      }
    >
      <TrafficFigures fleet={fleet} />
    </Section>
  );
}
