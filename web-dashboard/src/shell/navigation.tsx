import { Link } from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { shellText } from '../i18n/shell-text.ts';
import { useText } from '../i18n/use-text.ts';
import { pathTo } from '../routes/path-to.ts';
import {
  AuditIcon,
  GatewaysIcon,
  KeysIcon,
  ModelsIcon,
  OverviewIcon,
  PlaygroundIcon,
  RoutesIcon,
  SettingsIcon,
  UsersIcon,
} from '../ui/navigation-icons.tsx';

interface Entry {
  readonly id: 'overview' | 'models' | 'routes' | 'playground' | 'gateways' | 'keys' | 'users' | 'audit' | 'settings';
  readonly Icon: ComponentType;
}

const groups: readonly { readonly id: 'serving' | 'administration'; readonly entries: readonly Entry[] }[] = [
  {
    id: 'serving',
    entries: [
      { id: 'overview', Icon: OverviewIcon },
      { id: 'models', Icon: ModelsIcon },
      { id: 'routes', Icon: RoutesIcon },
      { id: 'playground', Icon: PlaygroundIcon },
      { id: 'gateways', Icon: GatewaysIcon },
    ],
  },
  {
    id: 'administration',
    entries: [
      { id: 'keys', Icon: KeysIcon },
      { id: 'users', Icon: UsersIcon },
      { id: 'audit', Icon: AuditIcon },
      { id: 'settings', Icon: SettingsIcon },
    ],
  },
];

/** The pages, in two groups. */
export function Navigation({ onChoose }: { readonly onChoose?: () => void }) {
  const t = useText(shellText);
  return (
    <nav aria-label={t('mainNavigation')} className="space-y-5">
      {groups.map((group) => (
        <div key={group.id}>
          <p id={`nav-${group.id}`} className="px-2.5 pb-1.5 text-xs font-medium text-muted">
            {t(group.id)}
          </p>
          <ul aria-labelledby={`nav-${group.id}`} className="space-y-0.5">
            {group.entries.map(({ id, Icon }) => (
              <li key={id}>
                <Link
                  {...pathTo[id]()}
                  activeOptions={{ exact: id === 'overview', includeSearch: false }}
                  activeProps={{ 'aria-current': 'page' }}
                  {...(onChoose === undefined ? {} : { onClick: onChoose })}
                  className="flex items-center gap-2.5 rounded-md px-2.5 py-1.5 text-muted hover:bg-sunken hover:text-ink aria-[current=page]:bg-accent-soft aria-[current=page]:font-medium aria-[current=page]:text-accent"
                >
                  <Icon />
                  {t(id)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
