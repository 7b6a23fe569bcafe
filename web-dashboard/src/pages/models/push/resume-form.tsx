import { getUpload } from '@cluster-ai/contract/api/uploads.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { useQuery } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { call } from '../../../api/client.ts';
import { FileDrop } from '../../../forms/file-drop.tsx';
import { FormError } from '../../../forms/form-error.tsx';
import { pushText } from '../../../i18n/push-text.ts';
import { useText, type Text } from '../../../i18n/use-text.ts';
import { Button } from '../../../ui/button.tsx';
import { DialogActions } from '../../../ui/dialog.tsx';
import { useFormat } from '../../../ui/format.ts';
import { ProgressBar } from '../../../ui/progress-bar.tsx';
import { Notice } from '../../../ui/status.tsx';
import { push } from '../../../upload/browser-push.ts';
import { namedFiles, type SourceFile } from '../../../upload/chosen-files.ts';
import { mismatchOf, type Mismatch, type RememberedUpload } from '../../../upload/remembered-upload.ts';
import { announcedBytes, receivedBytes } from '../../../upload/send-files.ts';
import { ChosenList } from './chosen-list.tsx';

interface ResumeFormProps {
  readonly remembered: RememberedUpload;
  readonly onDiscard: () => void;
}

/** An upload that a reload has interrupted: the same files are chosen, and the rest is sent. */
export function ResumeForm({ remembered, onDiscard }: ResumeFormProps) {
  const t = useText(pushText);
  const { bytes } = useFormat();
  const { model, id } = remembered;
  const [sources, setSources] = useState<readonly SourceFile[]>([]);
  const [dropError, setDropError] = useState<Error | null>(null);
  const { data: upload, error } = useQuery({
    queryKey: ['upload', id],
    queryFn: ({ signal }) => call(getUpload, { params: { id }, signal }),
    gcTime: 0,
  });
  if (error instanceof ClusterError && error.code === 'NOT_FOUND') {
    return <Expired model={model} onDiscard={onDiscard} />;
  }
  const mismatch = sources.length === 0 ? null : mismatchOf(remembered, namedFiles(sources));
  const reason = sources.length === 0 ? t('none') : mismatch === null ? undefined : mismatchText(t, mismatch);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason !== undefined) return;
    const { deploy } = remembered;
    // What was announced stands on the server; only the files are needed again.
    push.start(
      { model, deploy, description: undefined, notes: '', lineage: {}, files: namedFiles(sources) },
      remembered,
    );
  };
  return (
    <form onSubmit={submit} className="space-y-4" noValidate>
      <Notice tone="warn" title={t('interruptedTitle', { model })}>
        <p>
          {upload === undefined
            ? t('interruptedUnknown')
            : t('interruptedText', { bytes: bytes(receivedBytes(upload)), total: bytes(announcedBytes(upload)) })}
        </p>
        <ul className="font-mono text-sm">
          {remembered.files.slice(0, 6).map(({ path, size }) => (
            <li key={path}>
              {path} <span className="text-muted">{bytes(size)}</span>
            </li>
          ))}
        </ul>
      </Notice>
      {upload !== undefined && (
        <ProgressBar
          label={t('sending')}
          share={announcedBytes(upload) === 0 ? 1 : receivedBytes(upload) / announcedBytes(upload)}
        />
      )}
      <FileDrop label={t('files')} onFiles={setSources} onError={setDropError}>
        <ChosenList
          sources={sources}
          onRemove={(file) => setSources(sources.filter((source) => source.file !== file))}
        />
      </FileDrop>
      {mismatch !== null && <p className="text-sm font-medium text-bad">{mismatchText(t, mismatch)}</p>}
      <FormError error={dropError ?? error} />
      <DialogActions>
        <Button look="quiet" onClick={onDiscard}>
          {t('discard')}
        </Button>
        <Button look="primary" type="submit" disabledReason={reason}>
          {t('continueAction')}
        </Button>
      </DialogActions>
    </form>
  );
}

function Expired({ model, onDiscard }: { readonly model: string; readonly onDiscard: () => void }) {
  const t = useText(pushText);
  return (
    <div className="space-y-4">
      <Notice tone="warn" title={t('expiredTitle', { model })}>
        <p>{t('expiredText')}</p>
      </Notice>
      <DialogActions>
        <Button look="primary" onClick={onDiscard}>
          {t('back')}
        </Button>
      </DialogActions>
    </div>
  );
}

function mismatchText(t: Text<typeof pushText.en>, { missing, other }: Mismatch): string {
  return missing.length > 0
    ? t('missing', { list: missing.slice(0, 5).join(', ') })
    : t('other', { list: other.slice(0, 5).join(', ') });
}
