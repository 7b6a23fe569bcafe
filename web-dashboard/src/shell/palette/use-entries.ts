import { useNavigate } from '@tanstack/react-router';
import { useCan, useSession } from '../../api/session.ts';
import { useCopyLink } from '../../charts/time-range-control.tsx';
import { chooseLanguage, useLanguage } from '../../i18n/language.ts';
import { languageNames, languages } from '../../i18n/languages.ts';
import { paletteText } from '../../i18n/palette-text.ts';
import { shellText } from '../../i18n/shell-text.ts';
import { useText } from '../../i18n/use-text.ts';
import { pathTo } from '../../routes/path-to.ts';
import { chooseTheme, useThemeChoice } from '../../ui/theme.ts';
import { pageGroups } from '../pages.ts';
import { useSignOut } from '../user-menu.tsx';
import type { PaletteEntry } from './entry.ts';

/** What the palette always offers: pages, and actions that need no name. */
export function useEntries(showKeys: () => void): readonly PaletteEntry[] {
  const shell = useText(shellText);
  const navigate = useNavigate();
  const pages = pageGroups
    .flatMap(({ entries }) => entries)
    .map(({ id, key }): PaletteEntry => ({
      id: `page-${id}`,
      group: 'pages',
      label: shell(id),
      keys: `g ${key}`,
      run: () => void navigate(pathTo[id]()),
    }));
  return [...pages, ...useWork(), ...useChoices(showKeys)];
}

/** Actions on the installation. */
function useWork(): readonly PaletteEntry[] {
  const t = useText(paletteText);
  const navigate = useNavigate();
  const operator = useCan('operator').reason;
  const admin = useCan('admin').reason;
  return [
    {
      id: 'push-model',
      group: 'actions',
      label: t('pushModel'),
      disabledReason: operator,
      run: () => void navigate(pathTo.models({ do: 'push' })),
    },
    {
      id: 'create-key',
      group: 'actions',
      label: t('createKey'),
      disabledReason: operator,
      run: () => void navigate(pathTo.keys({ do: 'create' })),
    },
    {
      id: 'invite-user',
      group: 'actions',
      label: t('inviteUser'),
      disabledReason: admin,
      run: () => void navigate(pathTo.users({ do: 'invite' })),
    },
  ];
}

const themes = [
  { choice: 'light', label: 'lightColours' },
  { choice: 'dark', label: 'darkColours' },
  { choice: 'system', label: 'systemColours' },
] as const;

/** Actions for the reader alone. */
function useChoices(showKeys: () => void): readonly PaletteEntry[] {
  const t = useText(paletteText);
  const navigate = useNavigate();
  const session = useSession();
  const theme = useThemeChoice();
  const language = useLanguage();
  const copyLink = useCopyLink();
  const { leave } = useSignOut();
  const action = (id: string, label: string, run: () => void, keys?: string): PaletteEntry => ({
    id,
    group: 'actions',
    label,
    run,
    ...(keys === undefined ? {} : { keys }),
  });
  return [
    action('copy-link', t('copyLink'), copyLink),
    ...themes
      .filter(({ choice }) => choice !== theme)
      .map(({ choice, label }) => action(`theme-${choice}`, t(label), () => chooseTheme(choice))),
    ...languages
      .filter((entry) => entry !== language)
      .map((entry) => action(`language-${entry}`, languageNames[entry], () => chooseLanguage(entry))),
    action('show-keys', t('showKeys'), showKeys, '?'),
    ...(session?.user?.hasPassword === true
      ? [action('change-password', t('changePassword'), () => void navigate(pathTo.password()))]
      : []),
    ...(session?.via === 'session' ? [action('sign-out', t('signOut'), leave)] : []),
  ];
}
