import { Link, type LinkProps } from '@tanstack/react-router';
import { useEffect, type ReactNode } from 'react';
import { shellText } from '../i18n/shell-text.ts';
import { useText } from '../i18n/use-text.ts';
import { ChevronIcon } from './icons.tsx';

export interface Crumb {
  readonly label: string;
  /** From `pathTo`. */
  readonly link: LinkProps;
}

interface PageHeaderProps {
  readonly title: string;
  /** What stands in the tab, where it is another: what is wrong first. */
  readonly tabTitle?: string;
  /** The pages above this one, outermost first. */
  readonly crumbs?: readonly Crumb[];
  /** Beside the title: badges, a state. */
  readonly marks?: ReactNode;
  /** One line under the title. */
  readonly summary?: ReactNode;
  /** Right of the title: buttons, the equivalent command, the time range. */
  readonly actions?: ReactNode;
}

/** The head of a page. It names the browser's tab, too. */
export function PageHeader({ title, tabTitle = title, crumbs, marks, summary, actions }: PageHeaderProps) {
  const t = useText(shellText);
  const product = t('product');
  useEffect(() => {
    document.title = `${tabTitle} · ${product}`;
  }, [tabTitle, product]);
  return (
    <div className="flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        {crumbs !== undefined && (
          <nav aria-label={t('breadcrumb')}>
            <ol className="-mb-0.5 flex flex-wrap items-center gap-1 text-sm text-muted">
              {crumbs.map((crumb) => (
                <li key={crumb.label} className="flex items-center gap-1">
                  <Link {...crumb.link} className="rounded hover:text-ink hover:underline">
                    {crumb.label}
                  </Link>
                  <ChevronIcon className="size-3!" />
                </li>
              ))}
            </ol>
          </nav>
        )}
        <div className="flex min-h-9 flex-wrap items-center gap-x-3 gap-y-1">
          <h1 className="min-w-0 text-xl font-semibold tracking-tight break-words">{title}</h1>
          {marks}
        </div>
        {summary !== undefined && <div className="max-w-prose text-muted">{summary}</div>}
      </div>
      {actions !== undefined && <div className="flex min-h-9 max-w-full flex-wrap items-center gap-2">{actions}</div>}
    </div>
  );
}
