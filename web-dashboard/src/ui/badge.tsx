import type { ReactNode } from 'react';

const looks = { plain: 'bg-sunken text-ink', accent: 'bg-accent-soft text-accent' } as const;

interface BadgeProps {
  readonly look?: keyof typeof looks;
  readonly mono?: boolean;
  readonly title?: string;
  readonly children: ReactNode;
}

/** A short word beside a name: a version, an alias, a role. */
export function Badge({ look = 'plain', mono = false, title, children }: BadgeProps) {
  return (
    <span
      title={title}
      className={`inline-block max-w-full truncate rounded px-1.5 align-middle text-xs ${looks[look]} ${mono ? 'font-mono' : ''}`}
    >
      {children}
    </span>
  );
}
