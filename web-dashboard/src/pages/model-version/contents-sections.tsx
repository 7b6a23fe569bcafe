import type { WholeVersion } from '@cluster-ai/contract/api/models.ts';
import type { ManifestFile } from '@cluster-ai/contract/manifest.ts';
import type { TensorSignature } from '@cluster-ai/core/inference/signature.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import { versionText } from '../../i18n/version-text.ts';
import type { Column } from '../../table/column.ts';
import { DataTable } from '../../table/data-table.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { formatShape, useFormat, type Format } from '../../ui/format.ts';
import { Panel, Section } from '../../ui/section.tsx';

type VersionText = Text<typeof versionText.en>;

interface TensorRow {
  readonly direction: 'input' | 'output';
  readonly tensor: TensorSignature;
}

/** What the version takes and gives. */
export function SignatureSection({ version: { signature } }: { readonly version: WholeVersion }) {
  const t = useText(versionText);
  const rows: TensorRow[] = [
    ...signature.inputs.map((tensor) => ({ direction: 'input' as const, tensor })),
    ...signature.outputs.map((tensor) => ({ direction: 'output' as const, tensor })),
  ];
  return (
    <Section id="signature" title={t('signature')} summary={t('signatureSummary')}>
      <Panel>
        <DataTable
          caption={t('signature')}
          columns={signatureColumns(t)}
          rows={rows}
          rowKey={({ direction, tensor }) => `${direction}/${tensor.name}`}
        />
      </Panel>
    </Section>
  );
}

function signatureColumns(t: VersionText): readonly Column<TensorRow>[] {
  return [
    { id: 'direction', header: t('direction'), cell: ({ direction }) => t(direction) },
    {
      id: 'name',
      header: t('tensor'),
      cell: ({ tensor }) => <span className="font-mono text-sm font-medium break-all">{tensor.name}</span>,
    },
    {
      id: 'datatype',
      header: t('datatype'),
      cell: ({ tensor }) => <span className="font-mono text-sm">{tensor.datatype}</span>,
    },
    {
      id: 'shape',
      header: t('shape'),
      cell: ({ tensor }) => <span className="font-mono text-sm">{formatShape(tensor.shape)}</span>,
    },
  ];
}

/** The files of the version, each with its digest. */
export function FilesSection({ version: { files, digest } }: { readonly version: WholeVersion }) {
  const t = useText(versionText);
  const format = useFormat();
  return (
    <Section id="files" title={t('files')}>
      <Panel>
        <DataTable caption={t('files')} columns={fileColumns(t, format)} rows={files} rowKey={({ path }) => path} />
        <p className="flex flex-wrap items-center gap-x-2 border-t border-line px-4 py-2.5 text-sm text-muted">
          {t('digest')}
          <code className="font-mono text-xs break-all text-ink">{digest}</code>
          <CopyButton text={digest} what={t('theDigest')} compact />
        </p>
      </Panel>
    </Section>
  );
}

function fileColumns(t: VersionText, { bytes }: Format): readonly Column<ManifestFile>[] {
  return [
    {
      id: 'path',
      header: t('path'),
      cell: ({ path }) => <span className="font-mono text-sm font-medium break-all">{path}</span>,
    },
    { id: 'size', header: t('size'), align: 'end', cell: ({ size }) => bytes(size) },
    {
      id: 'sha',
      header: t('sha'),
      cell: ({ path, sha256 }) => (
        <span className="flex items-center gap-1">
          <code className="font-mono text-xs break-all">{sha256}</code>
          <CopyButton text={sha256} what={t('theSha', { path })} compact />
        </span>
      ),
    },
  ];
}

/** How the version is to be run. */
export function SettingsSection({ version: { settings } }: { readonly version: WholeVersion }) {
  const t = useText(versionText);
  const choice = <span className="text-muted">{t('gatewaysChoice')}</span>;
  const { isolation, instances, maxBatchSize, latencyObjectiveMs } = settings;
  return (
    <Section id="settings" title={t('settings')} summary={t('settingsSummary')}>
      <Panel className="p-5">
        <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-6 gap-y-1.5">
          <dt className="text-muted">{t('isolation')}</dt>
          <dd>{isolation === undefined ? choice : t(isolation)}</dd>
          <dt className="text-muted">{t('instances')}</dt>
          <dd>{instances ?? choice}</dd>
          <dt className="text-muted">{t('maxBatchSize')}</dt>
          <dd>{maxBatchSize === undefined ? choice : maxBatchSize === 0 ? t('never') : maxBatchSize}</dd>
          <dt className="text-muted">{t('latencyObjectiveMs')}</dt>
          <dd>
            {latencyObjectiveMs === undefined
              ? choice
              : latencyObjectiveMs === 0
                ? t('noObjective')
                : latencyObjectiveMs}
          </dd>
        </dl>
      </Panel>
    </Section>
  );
}
