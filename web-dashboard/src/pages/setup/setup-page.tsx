import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { completeSetup } from '@cluster-ai/contract/api/session.ts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { call } from '../../api/client.ts';
import { sessionQuery, useTakeSession } from '../../api/session.ts';
import { FormError } from '../../forms/form-error.tsx';
import { missingCharacters, NewPassword } from '../../forms/new-password.tsx';
import { problemFields } from '../../forms/problem-fields.ts';
import { TextField } from '../../forms/text-field.tsx';
import { identityText } from '../../i18n/identity-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { FrontPage } from '../../shell/front-page.tsx';
import { useSecretInFragment } from '../../shell/secret-in-fragment.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Status } from '../../ui/status.tsx';

/** Makes the first administrator; the one-time code comes in the fragment, or is typed. */
export function SetupPage() {
  const t = useText(identityText);
  const code = useSecretInFragment();
  const { data: session, error, refetch } = useQuery(sessionQuery);
  return (
    <FrontPage title={t('setupTitle')} summary={t('setupSummary')}>
      {session === undefined &&
        (error === null ? (
          <SkeletonLines />
        ) : (
          <FailedState error={error} command="cluster-ai up" onRetry={() => void refetch()} />
        ))}
      {session?.setupNeeded === false && (
        <div className="space-y-2">
          <Status tone="good">{t('setupDone')}</Status>
          <p>{t('setupDoneText')}</p>
          <Link {...pathTo.signIn()} className="text-accent underline underline-offset-2">
            {t('signIn')}
          </Link>
        </div>
      )}
      {session?.setupNeeded === true && <SetupForm codeOfLink={code} lengthMin={session.passwordLengthMin} />}
    </FrontPage>
  );
}

function SetupForm({ codeOfLink, lengthMin }: { readonly codeOfLink: string; readonly lengthMin: number }) {
  const t = useText(identityText);
  const navigate = useNavigate();
  const takeSession = useTakeSession();
  const [form, setForm] = useState({ code: codeOfLink, name: '', email: '', password: '' });
  const set = (field: keyof typeof form) => (value: string) => setForm({ ...form, [field]: value });
  const making = useMutation({
    mutationFn: () => call(completeSetup, { body: { ...form, code: form.code.trim(), email: form.email.trim() } }),
    onSuccess: async (session) => {
      takeSession(session);
      await navigate(pathTo.overview());
    },
  });
  const { fields, rest } = problemFields(making.error, Object.keys(form));
  const missing = (['code', 'name', 'email'] as const).find((field) => form[field].trim() === '');
  const short = missingCharacters(form.password, lengthMin);
  const reason =
    missing !== undefined
      ? t('fillIn', { field: t(missing) })
      : short > 0
        ? t('passwordShort', { count: short })
        : undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason === undefined && !making.isPending) making.mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-4">
      <FormError error={rest} />
      <TextField
        label={t('code')}
        name="code"
        value={form.code}
        onChange={set('code')}
        autoComplete="one-time-code"
        spellCheck={false}
        mono
        error={fields['code']}
        hint={t.rich('codeHint', { command: <CommandLine command={cliWords.createSetupCode()} /> })}
      />
      <TextField
        label={t('name')}
        name="name"
        value={form.name}
        onChange={set('name')}
        autoComplete="name"
        error={fields['name']}
        hint={t('nameHint')}
      />
      <TextField
        label={t('email')}
        name="email"
        type="email"
        value={form.email}
        onChange={set('email')}
        autoComplete="username"
        error={fields['email']}
      />
      <NewPassword
        name="password"
        lengthMin={lengthMin}
        value={form.password}
        onChange={set('password')}
        error={fields['password']}
      />
      <Button look="primary" type="submit" isPending={making.isPending} disabledReason={reason}>
        {t('createAdmin')}
      </Button>
    </form>
  );
}
