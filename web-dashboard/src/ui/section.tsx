import type { ReactNode } from 'react';

interface SectionProps {
  readonly id: string;
  readonly title: string;
  /** One line under the title. */
  readonly summary?: ReactNode;
  /** The same in a terminal, at the right of the title. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}

/** A part of a page, with a heading that can be linked to. */
export function Section({ id, title, summary, aside, children }: SectionProps) {
  return (
    <section aria-labelledby={`${id}-title`} id={id} className="space-y-3">
      <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-2">
        <div className="space-y-0.5">
          <h2 id={`${id}-title`} className="text-lg font-semibold tracking-tight">
            {title}
          </h2>
          {summary !== undefined && <p className="text-muted">{summary}</p>}
        </div>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** The sheet that content lies on. */
export function Panel({ children, className = '' }: { readonly children: ReactNode; readonly className?: string }) {
  return <div className={`rounded-xl border border-line bg-surface ${className}`}>{children}</div>;
}
