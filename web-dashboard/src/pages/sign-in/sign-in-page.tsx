import { cliWords } from '@cluster-ai/contract/cli-words.ts';
import { endpointUrl } from '@cluster-ai/contract/api/client.ts';
import { signIn, startOidc } from '@cluster-ai/contract/api/session.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, Navigate, useRouter } from '@tanstack/react-router';
import { useEffect, useState, type SubmitEvent } from 'react';
import { call } from '../../api/client.ts';
import { sessionQuery, useTakeSession } from '../../api/session.ts';
import { FormError } from '../../forms/form-error.tsx';
import { PasswordField } from '../../forms/password-field.tsx';
import { problemFields } from '../../forms/problem-fields.ts';
import { TextField } from '../../forms/text-field.tsx';
import { identityText } from '../../i18n/identity-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { FrontPage } from '../../shell/front-page.tsx';
import { buttonClass } from '../../ui/button-class.ts';
import { Button } from '../../ui/button.tsx';
import { CommandLine } from '../../ui/command-line.tsx';
import { FailedState } from '../../ui/failed-state.tsx';
import { SkeletonLines } from '../../ui/skeleton.tsx';
import { Notice } from '../../ui/status.tsx';
import { LockedNotice } from './locked-notice.tsx';

const route = getRouteApi('/sign-in');

/** E-mail and password, or the identity provider. Afterwards back to where the reader wanted to go. */
export function SignInPage() {
  const t = useText(identityText);
  const { next, error: oidcError } = route.useSearch();
  const { data: session, error, refetch } = useQuery(sessionQuery);
  if (session !== undefined && session.user !== null) return <GoOn next={next} />;
  if (session !== undefined && session.setupNeeded && session.via === null) return <Navigate {...pathTo.setup()} />;
  return (
    <FrontPage title={t('signInTitle')} summary={t('signInSummary', { host: globalThis.location.host })}>
      {session === undefined ? (
        error === null ? (
          <SkeletonLines />
        ) : (
          <FailedState error={error} command="cluster-ai up" onRetry={() => void refetch()} />
        )
      ) : (
        <div className="space-y-5">
          {oidcError !== undefined && (
            <Notice tone="bad" title={t('oidcFailed')}>
              <p className="break-words">{oidcError}</p>
            </Notice>
          )}
          {session.oidc !== null && <ProviderLink label={session.oidc.label} next={next} />}
          <PasswordForm />
          {session.via !== null && (
            <Link {...pathTo.overview()} className="text-accent underline underline-offset-2">
              {t('withoutSignIn')}
            </Link>
          )}
        </div>
      )}
    </FrontPage>
  );
}

/** Somebody who is signed in has no business here. */
function GoOn({ next }: { readonly next: string | undefined }) {
  const { history } = useRouter();
  useEffect(() => history.replace(next ?? '/'), [history, next]);
  return null;
}

function ProviderLink({ label, next }: { readonly label: string; readonly next: string | undefined }) {
  const t = useText(identityText);
  return (
    <>
      {/* The server answers with a redirect: a link of the browser, none of the router. */}
      <a href={endpointUrl('', startOidc, { query: { next } })} className={`${buttonClass('primary')} w-full`}>
        {t('signInWith', { provider: label })}
      </a>
      <p className="flex items-center gap-3 text-sm text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        {t('or')}
      </p>
    </>
  );
}

function isRefused(error: Error | null): boolean {
  return error instanceof ClusterError && error.code === 'UNAUTHENTICATED';
}

/**
 * The button is never disabled, and the fields are read when it is pressed: browsers that fill in a password show it before
 * they let a page know of it.
 */
function PasswordForm() {
  const t = useText(identityText);
  const takeSession = useTakeSession();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [isMissing, setIsMissing] = useState({ email: false, password: false });
  const signing = useMutation({
    mutationFn: (body: { readonly email: string; readonly password: string }) => call(signIn, { body }),
    onSuccess: takeSession,
    onError: () => setPassword(''),
  });
  const { fields, rest } = problemFields(signing.error, ['email', 'password']);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => {
      const value = form.get(name);
      return typeof value === 'string' ? value : '';
    };
    const body = { email: text('email').trim(), password: text('password') };
    setIsMissing({ email: body.email === '', password: body.password === '' });
    if (body.email !== '' && body.password !== '' && !signing.isPending) signing.mutate(body);
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-4">
      <FormError error={rest} title={isRefused(rest) ? t('refused') : undefined}>
        <LockedNotice error={rest} failedAtMs={signing.submittedAt} />
      </FormError>
      <TextField
        label={t('email')}
        name="email"
        type="email"
        autoComplete="username"
        value={email}
        onChange={setEmail}
        error={isMissing.email ? t('missing') : fields['email']}
        required
      />
      <PasswordField
        label={t('password')}
        name="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
        error={isMissing.password ? t('missing') : fields['password']}
        hint={t.rich('forgotten', { command: <CommandLine command={cliWords.createUserLink('ana@example.org')} /> })}
      />
      <Button look="primary" type="submit" isPending={signing.isPending}>
        {t('signIn')}
      </Button>
    </form>
  );
}
