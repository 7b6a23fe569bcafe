import type { ReactNode } from 'react';
import { PageHeader } from '../ui/page-header.tsx';
import { Panel } from '../ui/section.tsx';
import { ReaderChoices } from './reader-choices.tsx';

interface FrontPageProps {
  readonly title: string;
  readonly summary?: ReactNode;
  readonly children: ReactNode;
}

/** A page before the sign-in: one narrow sheet, with language and colours under it. */
export function FrontPage({ title, summary, children }: FrontPageProps) {
  return (
    <div className="flex min-h-dvh flex-col items-center gap-6 px-4 py-8 sm:justify-center">
      <main className="w-full max-w-md space-y-5">
        <img src="/favicon.svg" alt="Cluster AI" width="40" height="40" />
        <PageHeader title={title} summary={summary} />
        <Panel className="p-5">{children}</Panel>
      </main>
      <ReaderChoices />
    </div>
  );
}
