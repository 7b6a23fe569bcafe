import type { Overview } from '@cluster-ai/contract/api/system.ts';
import { Link } from '@tanstack/react-router';
import { modelId, observationsOf, type GatewayObservation } from '../../api/version-standing.ts';
import { modelsText } from '../../i18n/models-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import { versionText } from '../../i18n/version-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import type { Column } from '../../table/column.ts';
import { DataTable } from '../../table/data-table.tsx';
import { buttonClass } from '../../ui/button-class.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { useFormat, type Format } from '../../ui/format.ts';
import { Panel, Section } from '../../ui/section.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Status } from '../../ui/status.tsx';
import { stateTones } from '../models/version-states.tsx';

interface GatewaysSectionProps {
  readonly overview: Overview | undefined;
  readonly model: string;
  readonly version: number;
}

/** How each connected gateway runs the version. */
export function GatewaysSection({ overview, model, version }: GatewaysSectionProps) {
  const t = useText(versionText);
  const models = useText(modelsText);
  const format = useFormat();
  const rows = observationsOf(overview, modelId(model, version));
  return (
    <Section
      id="gateways"
      title={t('gateways')}
      aside={
        rows.some(({ observed }) => observed?.state === 'READY') && (
          <Link {...pathTo.batching(model, version)} className={buttonClass('quiet')}>
            {t('whyBatches')}
          </Link>
        )
      }
    >
      <Panel>
        {overview === undefined ? (
          <SkeletonLines lines={2} />
        ) : rows.length === 0 ? (
          <EmptyState title={t('noGateway')} command="cluster-ai up">
            <p>{t('noGatewayText')}</p>
          </EmptyState>
        ) : (
          <DataTable
            caption={t('gateways')}
            columns={columns(t, models, format)}
            rows={rows}
            rowKey={({ gateway }) => gateway}
          />
        )}
      </Panel>
    </Section>
  );
}

type Observed = NonNullable<GatewayObservation['observed']>;

function columns(
  t: Text<typeof versionText.en>,
  models: Text<typeof modelsText.en>,
  format: Format,
): readonly Column<GatewayObservation>[] {
  const known = (value: (observed: Observed) => string | number | null) =>
    function Cell({ observed }: GatewayObservation) {
      return observed === null ? '–' : (value(observed) ?? '–');
    };
  return [
    { id: 'gateway', header: t('gateway'), cell: ({ gateway }) => <span className="font-semibold">{gateway}</span> },
    {
      id: 'state',
      header: t('state'),
      cell: ({ observed }) =>
        observed === null ? (
          <Status tone="rest">{t('absent')}</Status>
        ) : (
          <div className="max-w-80">
            <Status tone={stateTones[observed.state]}>{models(observed.state)}</Status>
            {observed.state !== 'READY' && observed.reason !== '' && (
              <p className="text-sm break-words text-muted">{observed.reason}</p>
            )}
          </div>
        ),
    },
    {
      id: 'load',
      header: t('loadTime'),
      align: 'end',
      cell: known(({ loadMs }) => (loadMs === null ? null : format.ms(loadMs))),
    },
    {
      id: 'warm-up',
      header: t('warmUp'),
      align: 'end',
      cell: known(({ warmUpMs }) => (warmUpMs === null ? null : format.ms(warmUpMs))),
    },
    { id: 'isolation', header: t('isolation'), cell: known(({ isolation }) => t(isolation)) },
    { id: 'instances', header: t('instances'), align: 'end', cell: known(({ instances }) => instances) },
    {
      id: 'batches',
      header: t('batches'),
      cell: ({ observed }) =>
        observed?.state !== 'READY' ? (
          '–'
        ) : (
          <div className="max-w-72">
            <p>{t(observed.batched ? 'yes' : 'no')}</p>
            {observed.reason !== '' && <p className="text-sm break-words text-muted">{observed.reason}</p>}
          </div>
        ),
    },
  ];
}
