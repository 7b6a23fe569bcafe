import type { ReactNode } from 'react';
import { auditText } from '../../i18n/audit-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { CodeBlock } from '../../ui/code-block.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useFormat } from '../../ui/format.ts';
import type { AuditEntry } from './audit-page.tsx';

interface EntryDialogProps {
  readonly entry: AuditEntry | null;
  readonly onClose: () => void;
  /** Shows only what this filter finds. */
  readonly onFilter: (filter: string) => void;
}

/** One entry, whole. */
export function EntryDialog({ entry, onClose, onFilter }: EntryDialogProps) {
  const t = useText(auditText);
  return (
    <Dialog
      isOpen={entry !== null}
      onClose={onClose}
      width="wide"
      title={entry === null ? '' : t('entryTitle', { id: String(entry.id) })}
    >
      {entry !== null && <EntryBody entry={entry} onFilter={onFilter} />}
    </Dialog>
  );
}

function EntryBody({ entry, onFilter }: { readonly entry: AuditEntry; readonly onFilter: (filter: string) => void }) {
  const t = useText(auditText);
  const { absolute } = useFormat();
  const { actor, action, target, requestId, detail, hash, previousHash } = entry;
  const only = (field: string, value: string) => () => onFilter(`${field}=${JSON.stringify(value)}`);
  return (
    <>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5">
        <Fact name={t('at')}>{absolute(Date.parse(entry.at))}</Fact>
        <Fact name={t('actor')}>{actor}</Fact>
        <Fact name={t('action')}>
          <code className="font-mono text-sm">{action}</code>
        </Fact>
        <Fact name={t('target')}>{target}</Fact>
        <Fact name={t('requestId')}>
          <code className="font-mono text-sm break-all">{requestId}</code>
        </Fact>
        <Fact name={t('hash')}>
          <code className="font-mono text-xs break-all">{hash}</code>
        </Fact>
        <Fact name={t('previousHash')}>
          <code className="font-mono text-xs break-all">{previousHash}</code>
        </Fact>
      </dl>
      {Object.keys(detail).length === 0 ? (
        <p className="text-muted">{t('noDetail')}</p>
      ) : (
        <div className="space-y-1">
          <p className="font-medium">{t('detail')}</p>
          <CodeBlock label={t('detail')} code={JSON.stringify(detail, null, 2)} />
        </div>
      )}
      <div className="flex flex-wrap gap-2 border-t border-line pt-4">
        <Button look="quiet" size="small" onClick={only('actor', actor)}>
          {t('onlyActor', { actor })}
        </Button>
        <Button look="quiet" size="small" onClick={only('target', target)}>
          {t('onlyTarget', { target })}
        </Button>
        <Button look="quiet" size="small" onClick={only('requestId', requestId)}>
          {t('onlyRequest')}
        </Button>
      </div>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}
