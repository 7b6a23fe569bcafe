import { actionsGrantableBy, keyActions, type KeyAction } from '@cluster-ai/core/access/roles.ts';
import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { useState, type SubmitEvent } from 'react';
import { useSession } from '../../api/session.ts';
import { CheckField } from '../../forms/check-field.tsx';
import { FormError } from '../../forms/form-error.tsx';
import { problemFields } from '../../forms/problem-fields.ts';
import { SelectField } from '../../forms/select-field.tsx';
import { TextField } from '../../forms/text-field.tsx';
import { keysText } from '../../i18n/keys-text.ts';
import { uiText } from '../../i18n/ui-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { DialogActions } from '../../ui/dialog.tsx';
import { draftBody, emptyDraft, isLimit, type KeyDraft } from './key-draft.ts';

interface KeyFormProps {
  readonly error: Error | null;
  readonly isPending: boolean;
  readonly onSubmit: (draft: KeyDraft) => void;
  readonly onCancel: () => void;
}

const fieldNames = ['name', 'actions', 'models', 'ratePerSecond', 'burst', 'dailyQuota', 'expiresAt'] as const;

/** What a new key is for, what it may, and how much. */
export function KeyForm({ error, isPending, onSubmit, onCancel }: KeyFormProps) {
  const t = useText(keysText);
  const ui = useText(uiText);
  const [draft, setDraft] = useState(emptyDraft);
  const change = (part: Partial<KeyDraft>) => setDraft((old) => ({ ...old, ...part }));
  const { fields, rest } = problemFields(error, fieldNames);
  const numbersAreRight = isLimit(draft.rate, false) && isLimit(draft.burst, true) && isLimit(draft.quota, true);
  const reason =
    draft.name.trim() === ''
      ? t('nameFirst')
      : draft.actions.length === 0
        ? t('chooseAction')
        : numbersAreRight
          ? undefined
          : t('notANumber');
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason === undefined && !isPending) onSubmit(draft);
  };
  return (
    <form onSubmit={submit} className="space-y-4" noValidate>
      <FormError error={rest} />
      <TextField
        label={t('name')}
        hint={t('nameHint')}
        name="name"
        value={draft.name}
        onChange={(name) => change({ name })}
        error={fields['name']}
        autoComplete="off"
        maxLength={128}
      />
      <ActionChoice actions={draft.actions} onChange={(actions) => change({ actions })} />
      <TextField
        label={t('modelsLabel')}
        hint={t('modelsHint')}
        name="models"
        value={draft.models}
        onChange={(models) => change({ models })}
        error={fields['models']}
        autoComplete="off"
        spellCheck={false}
        mono
      />
      <LimitFields draft={draft} onChange={change} errors={fields} />
      <DialogActions command={<CommandLine command={commandOf(draft)} />}>
        <Button look="quiet" onClick={onCancel}>
          {ui('cancel')}
        </Button>
        <Button look="primary" type="submit" isPending={isPending} disabledReason={reason}>
          {t('createAction')}
        </Button>
      </DialogActions>
    </form>
  );
}

function commandOf(draft: KeyDraft): string {
  const { expiresAt: _date, ...body } = draftBody(draft, 0);
  return cliWords.createKey({
    ...body,
    name: body.name === '' ? 'my-key' : body.name,
    expires: draft.days === '' ? null : `${draft.days}d`,
  });
}

interface ActionChoiceProps {
  readonly actions: readonly KeyAction[];
  readonly onChange: (actions: readonly KeyAction[]) => void;
}

const hints = { infer: 'inferHint', read: 'readHint', operate: 'operateHint', admin: 'adminHint' } as const;

function ActionChoice({ actions, onChange }: ActionChoiceProps) {
  const t = useText(keysText);
  const role = useSession()?.role ?? null;
  const grantable = role === null ? [] : actionsGrantableBy(role);
  return (
    <fieldset className="space-y-2">
      <legend className="pb-1 font-medium">{t('actions')}</legend>
      <div className="grid gap-3 sm:grid-cols-2">
        {keyActions.map((action) => (
          <CheckField
            key={action}
            label={t(action)}
            hint={t(hints[action])}
            checked={actions.includes(action)}
            disabledReason={grantable.includes(action) ? undefined : t('ownRoleOnly')}
            onChange={(checked) =>
              onChange(keyActions.filter((each) => (each === action ? checked : actions.includes(each))))
            }
          />
        ))}
      </div>
    </fieldset>
  );
}

interface LimitFieldsProps {
  readonly draft: KeyDraft;
  readonly onChange: (part: Partial<KeyDraft>) => void;
  readonly errors: Readonly<Record<string, string>>;
}

const lifetimes = ['7', '30', '90', '365', ''] as const;

function LimitFields({ draft, onChange, errors }: LimitFieldsProps) {
  const t = useText(keysText);
  const wrong = (text: string, whole: boolean) => (isLimit(text, whole) ? undefined : t('notANumber'));
  return (
    <div className="grid gap-4 sm:grid-cols-2">
      <TextField
        label={t('rateLabel')}
        hint={t('rateHint')}
        value={draft.rate}
        onChange={(rate) => onChange({ rate })}
        error={wrong(draft.rate, false) ?? errors['ratePerSecond']}
        inputMode="decimal"
        autoComplete="off"
      />
      <TextField
        label={t('burstLabel')}
        hint={t('burstHint')}
        value={draft.burst}
        onChange={(burst) => onChange({ burst })}
        error={wrong(draft.burst, true) ?? errors['burst']}
        inputMode="numeric"
        autoComplete="off"
      />
      <TextField
        label={t('quotaLabel')}
        hint={t('quotaHint')}
        value={draft.quota}
        onChange={(quota) => onChange({ quota })}
        error={wrong(draft.quota, true) ?? errors['dailyQuota']}
        inputMode="numeric"
        autoComplete="off"
      />
      <SelectField
        label={t('expiresLabel')}
        value={draft.days}
        options={lifetimes.map((days) => ({
          value: days as string,
          label: days === '' ? t('expiresNever') : t('inDays', { count: Number(days) }),
        }))}
        onChange={(days) => onChange({ days })}
        error={errors['expiresAt']}
      />
    </div>
  );
}
