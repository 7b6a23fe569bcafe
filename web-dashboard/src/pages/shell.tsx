import { Outlet } from '@tanstack/react-router';
import { LiveMark } from './live-mark.tsx';
import { ThemeSwitch } from '../ui/theme-switch.tsx';

const parts = [
  { id: 'health', label: 'Health' },
  { id: 'traffic', label: 'Traffic' },
  { id: 'models', label: 'Models' },
  { id: 'playground', label: 'Playground' },
  { id: 'gateways', label: 'Gateways' },
] as const;

/** The frame of every page. */
export function Shell() {
  return (
    <>
      <a
        href="#main"
        className="sr-only focus:not-sr-only focus:absolute focus:z-20 focus:m-2 focus:rounded-md focus:bg-accent focus:px-3 focus:py-2 focus:text-accent-ink"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-10 border-b border-line bg-surface">
        <div className="mx-auto flex max-w-[116rem] flex-wrap items-center gap-x-6 gap-y-1 px-4 py-2 sm:px-6 lg:px-8">
          <a href="/" className="flex items-center gap-2.5 font-semibold tracking-tight">
            <img src="/favicon.svg" alt="" width="24" height="24" />
            Cluster AI
          </a>
          <nav aria-label="Parts of this page" className="hidden md:block">
            <ul className="flex gap-1">
              {parts.map((part) => (
                <li key={part.id}>
                  <a
                    href={`#${part.id}`}
                    className="block rounded-md px-2.5 py-1.5 text-muted hover:bg-sunken hover:text-ink"
                  >
                    {part.label}
                  </a>
                </li>
              ))}
            </ul>
          </nav>
          <div className="ml-auto flex items-center gap-4">
            <LiveMark />
            <ThemeSwitch />
          </div>
        </div>
      </header>
      <main
        id="main"
        tabIndex={-1}
        className="mx-auto max-w-[116rem] space-y-10 px-4 py-6 outline-none sm:px-6 lg:px-8 lg:py-8"
      >
        <Outlet />
      </main>
    </>
  );
}
