import { Icon, type IconProps } from './icons.tsx';

/** Icons of the pages in the navigation. */

export function OverviewIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="M2 13.5V9M6 13.5V4.5M10 13.5V7M14 13.5V2.5" />
    </Icon>
  );
}

export function ModelsIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="m8 1.8 5.6 3.1v6.2L8 14.2l-5.6-3.1V4.9zM2.4 4.9 8 8l5.6-3.1M8 8v6.2" />
    </Icon>
  );
}

export function RoutesIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="M2 8h3.5c3 0 2.5-4.5 5.5-4.5h3M5.5 8c3 0 2.5 4.5 5.5 4.5h3M12 1.5l2 2-2 2M12 10.5l2 2-2 2" />
    </Icon>
  );
}

export function PlaygroundIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="M4.2 2.6 13 8l-8.8 5.4z" />
    </Icon>
  );
}

export function GatewaysIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="M2 2.8h12v4H2zM2 9.2h12v4H2zM4.6 4.8h.1M4.6 11.2h.1" />
    </Icon>
  );
}

export function KeysIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="M8.7 7.3 14 2M11.3 4.7l1.7 1.7M9.4 10.3a3.6 3.6 0 1 1-7.2 0 3.6 3.6 0 0 1 7.2 0z" />
    </Icon>
  );
}

export function UsersIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="M8.6 5a2.8 2.8 0 1 1-5.6 0 2.8 2.8 0 0 1 5.6 0zM1.4 13.6c0-2.6 2-4 4.4-4s4.4 1.4 4.4 4M10.4 2.4a2.8 2.8 0 0 1 0 5.2M12 9.9c1.6.5 2.6 1.8 2.6 3.7" />
    </Icon>
  );
}

export function AuditIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="M3 1.8h7l3 3v9.4H3zM5.6 7.4h4.8M5.6 10.4h4.8" />
    </Icon>
  );
}

export function SettingsIcon(props: IconProps) {
  return (
    <Icon {...props}>
      <path d="M2 4.5h5.5M11.5 4.5H14M2 11.5h2.5M8.5 11.5H14M11.5 4.5a2 2 0 1 1-4 0 2 2 0 0 1 4 0zM8.5 11.5a2 2 0 1 1-4 0 2 2 0 0 1 4 0z" />
    </Icon>
  );
}
