import { parseFilter, type ListFields } from '@cluster-ai/contract/api/list-filter.ts';
import { useEffect, useId, useRef, useState } from 'react';
import { tableText } from '../i18n/table-text.ts';
import { useText } from '../i18n/use-text.ts';
import { SearchIcon } from '../ui/icons.tsx';
import { useDebounced } from '../ui/use-debounced.ts';
import { useShortcut } from '../ui/use-shortcut.ts';
import { FilterHelp } from './filter-help.tsx';

/** A pause in typing after which the list is asked for, milliseconds. */
const pauseMs = 300;

/** A pause in typing after which what is wrong is said, milliseconds. */
const restMs = 900;

interface FilterBoxProps {
  readonly filter: string;
  readonly onFilter: (filter: string) => void;
  /** An example in the grammar of this list: `iris state=ready`. */
  readonly example: string;
  /** Of the list's declaration in the contract: what is typed is checked against them, and they are explained. */
  readonly fields?: ListFields | undefined;
  /** What is wrong with the filter, in the server's words. */
  readonly error?: string | undefined;
}

/** The filter of a list in the one grammar. `/` leads here from anywhere on the page. */
export function FilterBox({ filter, onFilter, example, fields, error }: FilterBoxProps) {
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
  const wrong = fields === undefined ? null : parseFilter(typed, fields).problem;
  // A condition that is being typed is not wrong yet.
  const hasRested = useDebounced(typed, restMs) === typed;
  const shownError = wrong === null ? error : hasRested ? t('filterPosition', wrong) : undefined;
  useShortcut('/', () => field.current?.focus());
  useEffect(() => {
    if (typed.trim() === filter || wrong !== null) return undefined;
    const timer = setTimeout(() => {
      setApplied(typed.trim());
      onFilter(typed);
    }, pauseMs);
    return () => clearTimeout(timer);
  }, [typed, filter, onFilter, wrong]);
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
          aria-invalid={shownError !== undefined || undefined}
          aria-describedby={shownError === undefined ? undefined : `${id}-error`}
          aria-keyshortcuts="/"
          placeholder={t('filterExample', { example })}
          autoComplete="off"
          spellCheck={false}
          className="block min-h-9 w-full rounded-md border border-line-strong bg-surface pr-17 pl-9 font-mono text-sm placeholder:text-muted aria-invalid:border-bad"
        />
        <kbd
          aria-hidden="true"
          className="pointer-events-none absolute top-2 right-2.5 rounded border border-line px-1.5 font-mono text-xs text-muted"
        >
          /
        </kbd>
        {fields !== undefined && (
          <FilterHelp
            fields={fields}
            onInsert={(condition) => {
              setTyped(typed.trim() === '' ? condition : `${typed.trim()} ${condition}`);
              // After the popover has given the focus back.
              setTimeout(() => field.current?.focus());
            }}
          />
        )}
      </div>
      {shownError !== undefined && (
        <p id={`${id}-error`} className="mt-1 text-sm font-medium text-bad">
          {shownError}
        </p>
      )}
    </search>
  );
}
