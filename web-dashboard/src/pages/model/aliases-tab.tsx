import { ifMatchRevision } from '@cluster-ai/contract/api/if-match.ts';
import { deleteAlias, type Model } from '@cluster-ai/contract/api/models.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { call } from '../../api/client.ts';
import { useCan } from '../../api/session.ts';
import { modelText } from '../../i18n/model-text.ts';
import { useText, type Text } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import type { Column } from '../../table/column.ts';
import { DataTable } from '../../table/data-table.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel, Section } from '../../ui/section.tsx';
import { toast } from '../../ui/toast-store.ts';
import { AliasDialog } from './alias-dialog.tsx';
import { AliasHistory } from './alias-history.tsx';
import { useModelChanged } from './use-model-changed.ts';

interface Row {
  readonly alias: string;
  readonly version: number;
}

type Asked = { readonly kind: 'set' } | ({ readonly kind: 'move' | 'remove' } & Row);

/** Names for versions, and how they have moved. */
export function AliasesTab({ model }: { readonly model: Model }) {
  const t = useText(modelText);
  const { reason } = useCan('operator');
  const [asked, setAsked] = useState<Asked | null>(null);
  const close = () => setAsked(null);
  const rows = Object.entries(model.aliases)
    .map(([alias, version]) => ({ alias, version }))
    .toSorted((a, b) => a.alias.localeCompare(b.alias));
  return (
    <div className="space-y-6">
      <Section
        id="aliases"
        title={t('aliases')}
        summary={t('aliasesNote')}
        aside={
          <Button look="primary" disabledReason={reason} onClick={() => setAsked({ kind: 'set' })}>
            {t('setAlias')}
          </Button>
        }
      >
        <Panel>
          {rows.length === 0 ? (
            <EmptyState
              title={t('aliasesNone')}
              command={cliWords.setAlias(model.name, 'champion', model.versions[0]?.version ?? 1)}
            >
              <p>{t('aliasesText')}</p>
            </EmptyState>
          ) : (
            <DataTable
              caption={t('aliases')}
              columns={columns(t, model.name, reason, setAsked)}
              rows={rows}
              rowKey={({ alias }) => alias}
            />
          )}
        </Panel>
      </Section>
      <AliasHistory model={model} />
      {asked?.kind === 'set' && <AliasDialog model={model} onClose={close} />}
      {asked?.kind === 'move' && <AliasDialog model={model} alias={asked.alias} onClose={close} />}
      {asked?.kind === 'remove' && <RemoveAlias model={model} {...asked} onClose={close} />}
    </div>
  );
}

function columns(
  t: Text<typeof modelText.en>,
  model: string,
  reason: string | undefined,
  ask: (asked: Asked) => void,
): readonly Column<Row>[] {
  return [
    { id: 'alias', header: t('alias'), cell: ({ alias }) => <span className="font-semibold">{alias}</span> },
    {
      id: 'version',
      header: t('pointsAt'),
      cell: ({ version }) => (
        <Link {...pathTo.modelVersion(model, version)} className="hover:underline">
          v{version}
        </Link>
      ),
    },
    {
      id: 'actions',
      header: '',
      align: 'end',
      cell: (row) => (
        <div className="flex flex-wrap justify-end gap-2">
          <Button
            look="quiet"
            size="small"
            aria-label={t('moveLabel', { alias: row.alias })}
            disabledReason={reason}
            onClick={() => ask({ kind: 'move', ...row })}
          >
            {t('move')}
          </Button>
          <Button
            look="quiet"
            size="small"
            aria-label={t('removeLabel', { alias: row.alias })}
            disabledReason={reason}
            onClick={() => ask({ kind: 'remove', ...row })}
          >
            {t('remove')}
          </Button>
        </div>
      ),
    },
  ];
}

interface RemoveAliasProps extends Row {
  readonly model: Model;
  readonly onClose: () => void;
}

function RemoveAlias({ model, alias, version, onClose }: RemoveAliasProps) {
  const t = useText(modelText);
  const changed = useModelChanged();
  const removing = useMutation({
    mutationFn: () => call(deleteAlias, { params: { name: model.name, alias }, ifMatch: ifMatchRevision(model) }),
    onSuccess: (answer) => {
      changed(answer);
      toast(t('aliasRemoved', { alias }));
      onClose();
    },
  });
  return (
    <ConfirmDialog
      isOpen
      onClose={onClose}
      title={t('removeTitle', { alias })}
      action={t('removeAction')}
      command={cliWords.removeAlias(model.name, alias)}
      isPending={removing.isPending}
      error={removing.error}
      onConfirm={() => removing.mutate()}
    >
      <p>{t('removeText', { alias, version: String(version) })}</p>
    </ConfirmDialog>
  );
}
