import type { Model } from '@cluster-ai/contract/api/models.ts';
import { ifMatchRevision } from '@cluster-ai/contract/api/if-match.ts';
import { putRoute, type Route } from '@cluster-ai/contract/api/routes.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useMutation } from '@tanstack/react-query';
import { useState, type SubmitEvent } from 'react';
import { call } from '../../../api/client.ts';
import { FormError } from '../../../forms/form-error.tsx';
import { SelectField } from '../../../forms/select-field.tsx';
import { TextField } from '../../../forms/text-field.tsx';
import { uiText } from '../../../i18n/ui-text.ts';
import { useText } from '../../../i18n/use-text.ts';
import { versionText } from '../../../i18n/version-text.ts';
import { Button } from '../../../ui/button.tsx';
import { CommandLine } from '../../../ui/command-line.tsx';
import { DialogActions } from '../../../ui/dialog.tsx';
import { toast } from '../../../ui/toast-store.ts';
import { SharePreview } from '../../route/share-preview.tsx';
import { isSame, shareChanges } from '../../route/shares.ts';
import { useRouteChanged } from '../../route/use-route-changed.ts';
import { othersOf, percentOf, planOf, type DeployMode, type DeployPlan } from './deploy-plan.ts';

interface DeployFormProps {
  readonly model: Model;
  readonly version: number;
  /** Routes that the model is behind, its own first. */
  readonly routes: readonly Route[];
  readonly onClose: () => void;
}

export function DeployForm({ model, version, routes, onClose }: DeployFormProps) {
  const t = useText(versionText);
  const ui = useText(uiText);
  const changed = useRouteChanged();
  const [name, setName] = useState(routes[0]?.name ?? model.name);
  const [chosenMode, setMode] = useState<DeployMode | null>(null);
  const [percentText, setPercent] = useState('10');
  const route = routes.find((entry) => entry.name === name);
  const present = route?.variants ?? [];
  const target = { model: model.name, version };
  const hasOthers = othersOf(present, target).length > 0;
  const hasShare = present.some((one) => one.model === target.model && one.version === version && one.weight > 0);
  const wanted = chosenMode ?? (hasShare ? 'all' : 'canary');
  const mode: DeployMode = wanted === 'canary' && !hasOthers ? 'all' : wanted;
  const percent = percentOf(percentText);
  const plan = planOf(present, target, mode, percent ?? 0);
  const newest = model.versions[0]?.version;
  const isPlaced = route !== undefined && isThere(route, plan);
  const reason = useReason({ mode, percent, version, newest, isPlaced });
  const deploying = useMutation({
    mutationFn: () =>
      call(putRoute, {
        params: { name },
        body: { policy: plan.policy },
        ifMatch: route === undefined ? undefined : ifMatchRevision(route),
      }),
    onSuccess: (answer) => {
      changed(answer);
      toast(t('deployed', { route: name, version: String(version) }));
      onClose();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason === undefined && !deploying.isPending) deploying.mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-4" noValidate>
      <FormError error={deploying.error} />
      <div className="grid gap-4 sm:grid-cols-2">
        <SelectField
          label={t('deployRoute')}
          value={name}
          options={routeOptions(routes, model.name, (missing) => t('newRoute', { route: missing }))}
          onChange={setName}
          hint={route?.policy.kind === 'latest' ? t('kindLatest') : undefined}
        />
        <SelectField<DeployMode>
          label={t('how')}
          value={mode}
          options={[
            { value: 'canary', label: t('canary'), disabled: !hasOthers },
            { value: 'all', label: t('all') },
            { value: 'follow', label: t('follow'), disabled: newest !== version },
          ]}
          onChange={setMode}
          hint={t(`${mode}Hint`)}
        />
      </div>
      {mode === 'canary' && <PercentField text={percentText} percent={percent} onChange={setPercent} />}
      <SharePreview before={present} after={plan.variants} />
      <DialogActions command={<CommandLine command={commandOf(name, plan)} />}>
        <Button look="quiet" onClick={onClose}>
          {ui('cancel')}
        </Button>
        <Button look="primary" type="submit" isPending={deploying.isPending} disabledReason={reason}>
          {t('deployAction')}
        </Button>
      </DialogActions>
    </form>
  );
}

interface Standing {
  readonly mode: DeployMode;
  readonly percent: number | null;
  readonly version: number;
  readonly newest: number | undefined;
  readonly isPlaced: boolean;
}

/** Why it cannot be deployed like this; undefined when it can. */
function useReason({ mode, percent, version, newest, isPlaced }: Standing): string | undefined {
  const t = useText(versionText);
  if (mode === 'canary' && percent === null) return t('percentWrong');
  if (mode === 'follow' && newest !== version) return t('notNewest', { version: String(newest ?? version) });
  return isPlaced ? t('already') : undefined;
}

interface PercentFieldProps {
  readonly text: string;
  readonly percent: number | null;
  readonly onChange: (text: string) => void;
}

/** A share, typed or drawn. */
function PercentField({ text, percent, onChange }: PercentFieldProps) {
  const t = useText(versionText);
  return (
    <div className="flex items-start gap-4">
      <div className="w-28 shrink-0">
        <TextField
          label={t('percent')}
          value={text}
          onChange={onChange}
          error={percent === null ? t('percentWrong') : undefined}
          inputMode="decimal"
          autoComplete="off"
        />
      </div>
      <input
        type="range"
        aria-label={t('share')}
        min={1}
        max={99}
        value={percent ?? 1}
        onChange={(event) => onChange(event.target.value)}
        className="mt-9 min-w-0 flex-1 accent-accent"
      />
    </div>
  );
}

/** Routes to choose from; the model's own is offered before it is there. */
function routeOptions(routes: readonly Route[], model: string, newLabel: (name: string) => string) {
  const options = routes.map(({ name }) => ({ value: name, label: name }));
  return routes.some(({ name }) => name === model) ? options : [...options, { value: model, label: newLabel(model) }];
}

function isThere({ policy, variants }: Route, plan: DeployPlan): boolean {
  return policy.kind === plan.policy.kind && isSame(shareChanges(variants, plan.variants));
}

function commandOf(route: string, { policy }: DeployPlan): string {
  if (policy.kind === 'latest') return cliWords.latestRoute(route, policy.model);
  const words = policy.variants.map(({ model, version, weight }) => ({
    version,
    weight,
    ...(model === route ? {} : { model }),
  }));
  return cliWords.splitRoute(route, words);
}
