import type { ReactNode } from 'react';
import { CheckIcon, CrossIcon, ProgressIcon, RestIcon, WarningIcon } from './icons.tsx';

export type Tone = 'good' | 'warn' | 'bad' | 'progress' | 'rest';

const looks = {
  good: { Icon: CheckIcon, text: 'text-good', soft: 'bg-good-soft' },
  warn: { Icon: WarningIcon, text: 'text-warn', soft: 'bg-warn-soft' },
  bad: { Icon: CrossIcon, text: 'text-bad', soft: 'bg-bad-soft' },
  progress: { Icon: ProgressIcon, text: 'text-accent', soft: 'bg-accent-soft' },
  rest: { Icon: RestIcon, text: 'text-muted', soft: 'bg-sunken' },
} as const satisfies Record<Tone, unknown>;

/** A state in words; its shape and colour only repeat what the words say. */
export function Status({ tone, children }: { readonly tone: Tone; readonly children: ReactNode }) {
  const { Icon, text } = looks[tone];
  return (
    <span className={`inline-flex items-baseline gap-1.5 font-medium whitespace-nowrap ${text}`}>
      <Icon className="self-center" />
      <span>{children}</span>
    </span>
  );
}

/** A strip across the page for what the reader has to know before reading on. */
export function Notice({
  tone,
  title,
  children,
}: {
  readonly tone: Tone;
  readonly title: string;
  readonly children?: ReactNode;
}) {
  const { Icon, text, soft } = looks[tone];
  return (
    <div className={`flex gap-3 rounded-lg px-4 py-3 ${soft}`}>
      <Icon className={`mt-0.5 ${text}`} />
      <div className="min-w-0 space-y-1">
        <p className={`font-semibold ${text}`}>{title}</p>
        {children}
      </div>
    </div>
  );
}
