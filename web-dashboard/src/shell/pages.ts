import type { ComponentType } from 'react';
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

export interface PageEntry {
  readonly id: 'overview' | 'models' | 'routes' | 'playground' | 'gateways' | 'keys' | 'users' | 'audit' | 'settings';
  readonly Icon: ComponentType;
  /** The letter that leads here after `g`. */
  readonly key: string;
}

/** The pages of the navigation, in two groups. */
export const pageGroups: readonly {
  readonly id: 'serving' | 'administration';
  readonly entries: readonly PageEntry[];
}[] = [
  {
    id: 'serving',
    entries: [
      { id: 'overview', Icon: OverviewIcon, key: 'o' },
      { id: 'models', Icon: ModelsIcon, key: 'm' },
      { id: 'routes', Icon: RoutesIcon, key: 'r' },
      { id: 'playground', Icon: PlaygroundIcon, key: 'p' },
      { id: 'gateways', Icon: GatewaysIcon, key: 'g' },
    ],
  },
  {
    id: 'administration',
    entries: [
      { id: 'keys', Icon: KeysIcon, key: 'k' },
      { id: 'users', Icon: UsersIcon, key: 'u' },
      { id: 'audit', Icon: AuditIcon, key: 'a' },
      { id: 'settings', Icon: SettingsIcon, key: 's' },
    ],
  },
];
