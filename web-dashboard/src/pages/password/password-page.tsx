import { changePassword, type Session } from '@cluster-ai/contract/api/session.ts';
import { useMutation } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { call } from '../../api/client.ts';
import { useSession, useTakeSession } from '../../api/session.ts';
import { FormError } from '../../forms/form-error.tsx';
import { missingCharacters, NewPassword } from '../../forms/new-password.tsx';
import { PasswordField } from '../../forms/password-field.tsx';
import { problemFields } from '../../forms/problem-fields.ts';
import { identityText } from '../../i18n/identity-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { PageHeader } from '../../ui/page-header.tsx';
import { Panel } from '../../ui/section.tsx';
import { toast } from '../../ui/toast-store.ts';

/** Changes the reader's own password. */
export function PasswordPage() {
  const t = useText(identityText);
  const session = useSession();
  return (
    <div className="max-w-md space-y-5">
      <PageHeader title={t('passwordTitle')} summary={t('passwordSummary')} />
      <Panel>
        {session?.user?.hasPassword === true ? (
          <PasswordForm session={session} />
        ) : (
          <EmptyState title={t('noPassword')}>
            <p>{t('noPasswordText')}</p>
          </EmptyState>
        )}
      </Panel>
    </div>
  );
}

function PasswordForm({ session }: { readonly session: Session }) {
  const t = useText(identityText);
  const navigate = useNavigate();
  const takeSession = useTakeSession();
  const [currentPassword, setCurrentPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const changing = useMutation({
    mutationFn: () => call(changePassword, { body: { currentPassword, newPassword } }),
    onSuccess: async (fresh) => {
      takeSession(fresh);
      toast(t('changed'));
      await navigate(pathTo.overview());
    },
  });
  const { fields, rest } = problemFields(changing.error, ['currentPassword', 'newPassword']);
  const short = missingCharacters(newPassword, session.passwordLengthMin);
  const reason =
    currentPassword === ''
      ? t('fillIn', { field: t('currentPassword') })
      : short > 0
        ? t('passwordShort', { count: short })
        : undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason === undefined && !changing.isPending) changing.mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-4 p-5">
      <FormError error={rest} />
      <input type="hidden" name="username" autoComplete="username" value={session.user?.email ?? ''} />
      <PasswordField
        label={t('currentPassword')}
        name="currentPassword"
        autoComplete="current-password"
        value={currentPassword}
        onChange={setCurrentPassword}
        error={fields['currentPassword']}
      />
      <NewPassword
        name="newPassword"
        lengthMin={session.passwordLengthMin}
        value={newPassword}
        onChange={setNewPassword}
        error={fields['newPassword']}
      />
      <Button look="primary" type="submit" isPending={changing.isPending} disabledReason={reason}>
        {t('change')}
      </Button>
    </form>
  );
}
