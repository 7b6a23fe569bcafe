import { Link } from '@tanstack/react-router';
import { shellText } from '../i18n/shell-text.ts';
import { useText } from '../i18n/use-text.ts';
import { pathTo } from '../routes/path-to.ts';
import { pageGroups } from './pages.ts';

/** The pages, in two groups. */
export function Navigation({ onChoose }: { readonly onChoose?: () => void }) {
  const t = useText(shellText);
  return (
    <nav aria-label={t('mainNavigation')} className="space-y-5">
      {pageGroups.map((group) => (
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
