import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { acceptInvitation, showInvitation } from '@cluster-ai/contract/api/users.ts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState, type SubmitEvent } from 'react';
import { call } from '../../api/client.ts';
import { sessionQuery, useTakeSession } from '../../api/session.ts';
import { FormError } from '../../forms/form-error.tsx';
import { missingCharacters, NewPassword } from '../../forms/new-password.tsx';
import { problemFields } from '../../forms/problem-fields.ts';
import { TextField } from '../../forms/text-field.tsx';
import { identityText } from '../../i18n/identity-text.ts';
import { sessionText } from '../../i18n/session-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { FrontPage } from '../../shell/front-page.tsx';
import { useSecretInFragment } from '../../shell/secret-in-fragment.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { useFormat } from '../../ui/format.ts';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Status } from '../../ui/status.tsx';

/** Behind a one-time link: an invitation, or a new password. The token comes in the fragment. */
export function InvitePage() {
  const t = useText(identityText);
  const roles = useText(sessionText);
  const { absolute } = useFormat();
  const token = useSecretInFragment();
  const { data: session } = useQuery(sessionQuery);
  const { data: invitation, error } = useQuery({
    // The token is no part of the key: keys are shown by developer tools.
    queryKey: ['invitation'],
    queryFn: ({ signal }) => call(showInvitation, { body: { token }, signal }),
    enabled: token !== '',
    staleTime: Infinity,
  });
  return (
    <FrontPage
      title={t('inviteTitle')}
      summary={
        invitation === undefined
          ? undefined
          : t('inviteFor', {
              email: invitation.email,
              role: roles(invitation.role),
              until: absolute(Date.parse(invitation.expiresAt)),
            })
      }
    >
      {token === '' && (
        <div className="space-y-2">
          <Status tone="warn">{t('inviteMissing')}</Status>
          <p>{t('inviteMissingText')}</p>
        </div>
      )}
      {error !== null && (
        <FailedState error={error} title={t('inviteFailed')}>
          <p>
            {t.rich('inviteFailedText', {
              command: <CommandLine command={cliWords.createUserLink('ana@example.org')} />,
            })}
          </p>
        </FailedState>
      )}
      {token !== '' && error === null && (invitation === undefined || session === undefined) && <SkeletonLines />}
      {invitation !== undefined && session !== undefined && (
        <AcceptForm token={token} invitation={invitation} lengthMin={session.passwordLengthMin} />
      )}
    </FrontPage>
  );
}

interface AcceptFormProps {
  readonly token: string;
  readonly invitation: { readonly email: string; readonly name: string };
  readonly lengthMin: number;
}

function AcceptForm({ token, invitation, lengthMin }: AcceptFormProps) {
  const t = useText(identityText);
  const navigate = useNavigate();
  const takeSession = useTakeSession();
  const [name, setName] = useState(invitation.name);
  const [password, setPassword] = useState('');
  const accepting = useMutation({
    mutationFn: () => call(acceptInvitation, { body: { token, name: name.trim(), password } }),
    onSuccess: async (session) => {
      takeSession(session);
      await navigate(pathTo.overview());
    },
  });
  const { fields, rest } = problemFields(accepting.error, ['name', 'password']);
  const short = missingCharacters(password, lengthMin);
  const reason =
    name.trim() === ''
      ? t('fillIn', { field: t('name') })
      : short > 0
        ? t('passwordShort', { count: short })
        : undefined;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (reason === undefined && !accepting.isPending) accepting.mutate();
  };
  return (
    <form onSubmit={submit} className="space-y-4">
      <FormError error={rest} />
      {/* For password managers: whose password it is. */}
      <input type="hidden" name="username" autoComplete="username" value={invitation.email} />
      <TextField
        label={t('name')}
        name="name"
        value={name}
        onChange={setName}
        autoComplete="name"
        error={fields['name']}
        hint={t('nameHint')}
      />
      <NewPassword
        name="password"
        lengthMin={lengthMin}
        value={password}
        onChange={setPassword}
        error={fields['password']}
      />
      <Button look="primary" type="submit" isPending={accepting.isPending} disabledReason={reason}>
        {t('accept')}
      </Button>
    </form>
  );
}
