import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { summarizeFleet } from '../../api/fleet-summary.ts';
import { overviewText } from '../../i18n/overview-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { useFormat } from '../../ui/format.ts';
import { Panel } from '../../ui/section.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { HealthReasons } from './health-reasons.tsx';
import { ScoreRing } from './score-ring.tsx';

interface HealthSectionProps {
  readonly overview: Overview;
  /** The control plane has stopped answering. */
  readonly isOld: boolean;
}

const colours = { ok: 'text-ink', degraded: 'text-warn', down: 'text-bad' } as const;

/** Health as a score, with everything that takes from it. */
export function HealthSection({ overview, isOld }: HealthSectionProps) {
  const t = useText(overviewText);
  return (
    <section aria-labelledby="health-title">
      <Panel className="grid lg:grid-cols-[minmax(0,1fr)_auto]">
        <div className="flex min-w-0 gap-5 p-5">
          <ScoreRing score={overview.score} health={overview.health} />
          <div className="min-w-0 flex-1 space-y-3 self-center">
            <h2 id="health-title" className={`text-xl font-semibold tracking-tight ${colours[overview.health]}`}>
              {t(isOld ? `${overview.health}Before` : overview.health)}
            </h2>
            <HealthReasons reasons={overview.reasons} />
          </div>
        </div>
        <Facts overview={overview} />
      </Panel>
    </section>
  );
}

function Facts({ overview }: { readonly overview: Overview }) {
  const t = useText(overviewText);
  const { absolute } = useFormat();
  const { serving } = summarizeFleet(overview);
  return (
    <dl className="grid grid-cols-[auto_minmax(0,1fr)] content-center gap-x-5 gap-y-2 border-line p-5 text-sm max-lg:border-t lg:min-w-80 lg:border-l">
      <dt className="text-muted">{t('snapshotName')}</dt>
      <dd>
        <span className="font-medium" title={t('epoch', { epoch: overview.snapshot.epoch })}>
          {t('snapshot', { version: String(overview.snapshot.version) })}
        </span>{' '}
        {t('answersOn', { count: overview.gateways.length, serving })}
      </dd>
      <dt className="text-muted">{t('registry')}</dt>
      <dd>
        {t('models', { count: overview.models })}, {t('routes', { count: overview.routes })}
      </dd>
      <dt className="text-muted">{t('controlPlane')}</dt>
      <dd title={t('since', { at: absolute(Date.parse(overview.startedAt)) })}>
        {t('version', { version: overview.programVersion })},{' '}
        {t.rich('upFor', { duration: <Timestamp at={overview.startedAt} look="age" /> })}
      </dd>
    </dl>
  );
}
