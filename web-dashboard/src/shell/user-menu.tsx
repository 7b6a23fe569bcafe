import { signOut, type Session } from '@cluster-ai/contract/api/session.ts';
import { useMutation } from '@tanstack/react-query';
import { Link, useRouter } from '@tanstack/react-router';
import { call } from '../api/client.ts';
import { chooseLanguage, useLanguage } from '../i18n/language.ts';
import { languageNames, languages } from '../i18n/languages.ts';
import { sessionText } from '../i18n/session-text.ts';
import { shellText } from '../i18n/shell-text.ts';
import { useText } from '../i18n/use-text.ts';
import { pathTo } from '../routes/path-to.ts';
import { ChevronIcon } from '../ui/icons.tsx';
import { Menu, MenuChoice, MenuItem, MenuLink, MenuSeparator } from '../ui/menu.tsx';
import { chooseTheme, themeChoices, useThemeChoice } from '../ui/theme.ts';
import { toast } from '../ui/toast-store.ts';

const themeLabels = { system: 'asSystem', light: 'light', dark: 'dark' } as const;

/** Who the reader is, and what belongs to them: password, language, colours, sign-out. */
export function UserMenu({ session, side }: { readonly session: Session; readonly side: 'top' | 'bottom' }) {
  const t = useText(shellText);
  const theme = useThemeChoice();
  const language = useLanguage();
  const { leave } = useSignOut();
  const { name, note } = useCaller(session);
  return (
    <Menu
      side={side}
      align="start"
      trigger={
        <button
          type="button"
          className="flex w-full min-w-0 items-center gap-2.5 rounded-md p-1.5 text-left hover:bg-sunken data-popup-open:bg-sunken"
        >
          <span
            aria-hidden="true"
            className="flex size-8 shrink-0 items-center justify-center rounded-full bg-accent-soft font-semibold text-accent"
          >
            {name.slice(0, 1).toUpperCase()}
          </span>
          <span className="min-w-0 flex-1">
            <span className="sr-only">{t('account')}: </span>
            <span className="block truncate font-medium">{name}</span>
            <span className="block truncate text-xs text-muted">{note}</span>
          </span>
          <ChevronIcon className="-rotate-90 text-muted" />
        </button>
      }
    >
      {session.user?.hasPassword === true && (
        <MenuLink render={<Link {...pathTo.password()} />}>{t('changePassword')}</MenuLink>
      )}
      {session.user === null ? (
        <MenuLink render={<Link {...pathTo.signIn()} />}>{t('signIn')}</MenuLink>
      ) : (
        <MenuItem onChoose={leave}>{t('signOut')}</MenuItem>
      )}
      <MenuSeparator />
      <MenuChoice
        label={t('colours')}
        value={theme}
        options={themeChoices.map((value) => ({ value, label: t(themeLabels[value]) }))}
        onChoose={chooseTheme}
      />
      <MenuSeparator />
      <MenuChoice
        label={t('language')}
        value={language}
        options={languages.map((value) => ({ value, label: languageNames[value] }))}
        onChoose={chooseLanguage}
      />
    </Menu>
  );
}

/** Ends the session and begins anew at the sign-in page: nothing that was seen stays in memory. */
export function useSignOut(): { readonly leave: () => void } {
  const { buildLocation } = useRouter();
  const leaving = useMutation({
    mutationFn: () => call(signOut),
    onSuccess: () => globalThis.location.assign(buildLocation(pathTo.signIn()).href),
    onError: (error) => toast(error.message, 'bad'),
  });
  return { leave: () => leaving.mutate() };
}

function useCaller({ user, via, role }: Session): { readonly name: string; readonly note: string } {
  const t = useText(shellText);
  const roles = useText(sessionText);
  const roleName = role === null ? '' : roles(role);
  if (user !== null) return { name: user.name === '' ? user.email : user.name, note: roleName };
  if (via === 'loopback') return { name: t('byLoopback'), note: t('byLoopbackNote') };
  return { name: t(via === 'key' ? 'byKey' : 'byToken'), note: roleName };
}
