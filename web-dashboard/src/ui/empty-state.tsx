import type { ReactNode } from 'react';
import { CommandLine } from './command-line.tsx';

/** Says why there is nothing to see, and the command that changes it. */
export function EmptyState({
  title,
  command,
  children,
}: {
  readonly title: string;
  readonly command?: string;
  readonly children: ReactNode;
}) {
  return (
    <div className="flex flex-col items-start gap-3 px-5 py-8 sm:items-center sm:text-center">
      <p className="font-semibold">{title}</p>
      <div className="max-w-prose text-muted">{children}</div>
      {command !== undefined && <CommandLine command={command} />}
    </div>
  );
}
