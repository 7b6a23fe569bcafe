import { useEffect, useId, useRef, useState } from 'react';
import { tableText } from '../i18n/table-text.ts';
import { useText } from '../i18n/use-text.ts';
import { SearchIcon } from '../ui/icons.tsx';
import { useShortcut } from '../ui/use-shortcut.ts';

/** A pause in typing after which the list is asked for, milliseconds. */
const pauseMs = 300;

interface FilterBoxProps {
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  /** An example in the grammar of this list: `iris state=ready`. */
  readonly example: string;
  /** What is wrong with the filter, in the server's words. */
  readonly error?: string | undefined;
}

/** The filter of a list in the one grammar. `/` leads here from anywhere on the page. */
export function FilterBox({ filter, onFilter, example, error }: FilterBoxProps) {
  const t = useText(tableText);
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(filter);
  const [applied, setApplied] = useState(filter);
  // The address changed by other means: a link, the way back.
  if (filter !== applied) {
    setApplied(filter);
    setTyped(filter);
  }
  useShortcut('/', () => field.current?.focus());
  useEffect(() => {
    if (typed.trim() === filter) return undefined;
    const timer = setTimeout(() => {
      setApplied(typed.trim());
      onFilter(typed);
    }, pauseMs);
    return () => clearTimeout(timer);
  }, [typed, filter, onFilter]);
  return (
    <search className="min-w-56 flex-1">
      <div className="relative max-w-lg">
        <SearchIcon className="pointer-events-none absolute top-2.5 left-3 text-muted" />
        <input
          ref={field}
          type="text"
          role="searchbox"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== 'Escape') return;
            if (typed === '') field.current?.blur();
            setTyped('');
          }}
          aria-label={t('filter')}
          aria-invalid={error !== undefined || undefined}
          aria-describedby={error === undefined ? undefined : `${id}-error`}
          aria-keyshortcuts="/"
          placeholder={t('filterExample', { example })}
          autoComplete="off"
          spellCheck={false}
          className="block min-h-9 w-full rounded-md border border-line-strong bg-surface pr-9 pl-9 font-mono text-sm placeholder:text-muted aria-invalid:border-bad"
        />
        <kbd
          aria-hidden="true"
          className="pointer-events-none absolute top-2 right-2.5 rounded border border-line px-1.5 font-mono text-xs text-muted"
        >
          /
        </kbd>
      </div>
      {error !== undefined && (
        <p id={`${id}-error`} className="mt-1 text-sm font-medium text-bad">
          {error}
        </p>
      )}
    </search>
  );
}
