import { ifMatchRevision } from '@cluster-ai/contract/api/if-match.ts';
import { putRoute, type Route } from '@cluster-ai/contract/api/routes.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useMutation } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { call } from '../../../api/client.ts';
import { FormError } from '../../../forms/form-error.tsx';
import { TextField } from '../../../forms/text-field.tsx';
import { routeText } from '../../../i18n/route-text.ts';
import { uiText } from '../../../i18n/ui-text.ts';
import { useText } from '../../../i18n/use-text.ts';
import { Button } from '../../../ui/button.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { Dialog, DialogActions } from '../../../ui/dialog.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { SharePreview } from '../share-preview.tsx';
import { variantName } from '../shares.ts';
import { useRouteChanged } from '../use-route-changed.ts';
import { AddVariant } from './add-variant.tsx';
import { draftOf, isWeight, problemOf, variantsOf, type DraftVariant } from './split-draft.ts';

interface SplitDialogProps {
  readonly route: Route;
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

/** Shares the traffic of a route among versions, with a look at what changes before it does. */
export function SplitDialog({ route, isOpen, onClose }: SplitDialogProps) {
  const t = useText(routeText);
  return (
    <Dialog
      isOpen={isOpen}
      onClose={onClose}
      width="wide"
      title={t('splitTitle', { route: route.name })}
      summary={t('splitSummary')}
    >
      <SplitForm route={route} onClose={onClose} />
    </Dialog>
  );
}

function SplitForm({ route, onClose }: Omit<SplitDialogProps, 'isOpen'>) {
  const t = useText(routeText);
  const ui = useText(uiText);
  const changed = useRouteChanged();
  // As it was when the dialog opened: the change is against this.
  const [{ revision }] = useState(route);
  const [draft, setDraft] = useState<readonly DraftVariant[]>(() => draftOf(route.variants));
  const [stickyHeader, setStickyHeader] = useState(route.stickyHeader);
  const variants = variantsOf(draft);
  const problem = problemOf(draft);
  const reason =
    problem === null
      ? undefined
      : problem.kind === 'twice'
        ? t('twice', { variant: problem.variant })
        : t(problem.kind);
  const applying = useMutation({
    mutationFn: () =>
      call(putRoute, {
        params: { name: route.name },
        body: { policy: { kind: 'split', variants }, stickyHeader },
        ifMatch: ifMatchRevision({ revision }),
      }),
    onSuccess: (answer) => {
      changed(answer);
      toast(t('applied', { route: route.name }));
      onClose();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason === undefined && !applying.isPending) applying.mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-4" noValidate>
      <FormError error={applying.error} />
      <WeightFields draft={draft} onChange={setDraft} />
      <AddVariant
        model={route.policy.kind === 'latest' ? route.policy.model : (route.variants[0]?.model ?? route.name)}
        listed={draft.map(variantName)}
        onAdd={(variant) => setDraft([...draft, { ...variant, weight: '0' }])}
      />
      <TextField
        label={t('stickyLabel')}
        hint={t('stickyHint')}
        value={stickyHeader}
        onChange={setStickyHeader}
        autoComplete="off"
        spellCheck={false}
        mono
      />
      <SharePreview before={route.variants} after={variants} />
      <DialogActions
        command={
          <CommandLine
            command={cliWords.splitRoute(
              route.name,
              variants,
              stickyHeader === route.stickyHeader ? {} : { stickyHeader },
            )}
          />
        }
      >
        <Button look="quiet" onClick={onClose}>
          {ui('cancel')}
        </Button>
        <Button look="primary" type="submit" isPending={applying.isPending} disabledReason={reason}>
          {t('apply')}
        </Button>
      </DialogActions>
    </form>
  );
}

interface WeightFieldsProps {
  readonly draft: readonly DraftVariant[];
  readonly onChange: (draft: DraftVariant[]) => void;
}

function WeightFields({ draft, onChange }: WeightFieldsProps) {
  const t = useText(routeText);
  return (
    <ul className="space-y-2">
      {draft.map((variant, index) => (
        <li key={variantName(variant)} className="flex flex-wrap items-end gap-3">
          <p className="min-w-40 flex-1 pb-2 font-semibold break-words">{variantName(variant)}</p>
          <div className="w-32">
            <TextField
              label={t('weightOf', { variant: variantName(variant) })}
              value={variant.weight}
              onChange={(weight) => onChange(draft.with(index, { ...variant, weight }))}
              error={isWeight(variant.weight) ? undefined : t('notAWeight')}
              inputMode="decimal"
              autoComplete="off"
            />
          </div>
          <Button
            look="quiet"
            aria-label={t('removeVariant', { variant: variantName(variant) })}
            onClick={() => onChange(draft.toSpliced(index, 1))}
          >
            ×
          </Button>
        </li>
      ))}
    </ul>
  );
}
