import { setAlias, type Model } from '@cluster-ai/contract/api/models.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { isModelName } from '@cluster-ai/core/names/model-name.ts';
import { useMutation } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { call, etagOf } from '../../api/client.ts';
import { FormError } from '../../forms/form-error.tsx';
import { TextField } from '../../forms/text-field.tsx';
import { modelText } from '../../i18n/model-text.ts';
import { uiText } from '../../i18n/ui-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { Dialog, DialogActions } from '../../ui/dialog.tsx';
import { toast } from '../../ui/toast-store.ts';
import { useModelChanged } from './use-model-changed.ts';

interface AliasDialogProps {
  readonly model: Model;
  /** The alias that is moved; without it one is asked for. */
  readonly alias?: string;
  /** The version that is offered. */
  readonly version?: number;
  readonly onClose: () => void;
}

/** Points an alias at a version, with a look at what that changes. */
export function AliasDialog(props: AliasDialogProps) {
  const t = useText(modelText);
  const { model, alias, onClose } = props;
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={alias === undefined ? t('aliasTitle', { model: model.name }) : t('moveTitle', { alias })}
      summary={t('aliasesNote')}
    >
      <AliasForm {...props} />
    </Dialog>
  );
}

function AliasForm({ model, alias: given, version: offered, onClose }: AliasDialogProps) {
  const t = useText(modelText);
  const ui = useText(uiText);
  const changed = useModelChanged();
  const newest = model.versions[0]?.version ?? 1;
  const [name, setName] = useState(given ?? '');
  const [number, setNumber] = useState(String(offered ?? newest));
  const alias = name.trim();
  const version = /^[1-9]\d{0,8}$/.test(number.trim()) ? Number(number) : null;
  const previous = model.aliases[alias];
  const setting = useMutation({
    mutationFn: (target: number) =>
      call(setAlias, {
        params: { name: model.name, alias },
        body: { version: target },
        // What the preview was made of.
        ifMatch: etagOf(model),
      }),
    onSuccess: (answer, target) => {
      changed(answer);
      toast(t('aliasSet', { alias, version: String(target) }));
      onClose();
    },
  });
  const reason =
    alias === ''
      ? t('aliasFirst')
      : !isModelName(alias)
        ? t('aliasWrong')
        : version === null
          ? t('versionWrong', { version: String(newest) })
          : previous === version
            ? t('previewSame', { alias, version: String(version) })
            : undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason === undefined && version !== null && !setting.isPending) setting.mutate(version);
  };
  return (
    <form onSubmit={submit} className="space-y-4" noValidate>
      <FormError error={setting.error} />
      <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_8rem]">
        {given === undefined ? (
          <TextField
            label={t('alias')}
            hint={t('aliasHint')}
            error={alias === '' || isModelName(alias) ? undefined : t('aliasWrong')}
            value={name}
            onChange={setName}
            autoComplete="off"
            spellCheck={false}
            mono
          />
        ) : (
          <p className="self-end pb-2 font-mono font-medium">{given}</p>
        )}
        <TextField
          label={t('version')}
          error={version === null ? t('versionWrong', { version: String(newest) }) : undefined}
          value={number}
          onChange={setNumber}
          inputMode="numeric"
          autoComplete="off"
        />
      </div>
      {alias !== '' && version !== null && <AliasPreview alias={alias} version={version} previous={previous} />}
      <DialogActions
        command={
          <CommandLine command={cliWords.setAlias(model.name, alias === '' ? 'champion' : alias, version ?? newest)} />
        }
      >
        <Button look="quiet" onClick={onClose}>
          {ui('cancel')}
        </Button>
        <Button look="primary" type="submit" isPending={setting.isPending} disabledReason={reason}>
          {previous === undefined ? t('setAction') : t('moveAction')}
        </Button>
      </DialogActions>
    </form>
  );
}

interface AliasPreviewProps {
  readonly alias: string;
  readonly version: number;
  /** Where it points now; undefined for a new one. */
  readonly previous: number | undefined;
}

function AliasPreview({ alias, version, previous }: AliasPreviewProps) {
  const t = useText(modelText);
  const values = { alias, version: String(version) };
  return (
    <div className="space-y-1 rounded-lg bg-sunken px-4 py-3">
      <p className="font-medium">{t('previewTitle')}</p>
      <p>
        {previous === undefined
          ? t('previewNew', values)
          : previous === version
            ? t('previewSame', values)
            : t('previewMove', { ...values, previous: String(previous) })}
      </p>
    </div>
  );
}
