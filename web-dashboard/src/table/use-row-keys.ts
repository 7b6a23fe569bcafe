import { useEffect, useRef, type RefObject } from 'react';
import { useShortcut } from '../ui/use-shortcut.ts';

/**
 * The keys of a list: `j` and `k` from anywhere on the page, the arrows while a row has the focus, Home and End, `x` to
 * select. Focus itself moves, to a row's first link, so that Enter opens it as it opens any link.
 */
export function useRowKeys(body: RefObject<HTMLTableSectionElement | null>): void {
  const step = useRef((by: number) => move(body.current, by));
  useShortcut('j', () => step.current(1));
  useShortcut('k', () => step.current(-1));
  useEffect(() => {
    const element = body.current;
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const by = { ArrowDown: 1, ArrowUp: -1, Home: -Infinity, End: Infinity }[event.key];
      if (by !== undefined) {
        event.preventDefault();
        step.current(by);
      } else if (event.key === 'x') {
        rowWithFocus(element)?.querySelector<HTMLInputElement>('[data-row-select]')?.click();
      }
    };
    element?.addEventListener('keydown', listen);
    return () => element?.removeEventListener('keydown', listen);
  }, [body]);
}

function move(body: HTMLTableSectionElement | null, by: number): void {
  if (body === null) return;
  const rows = [...body.rows];
  const focused = rowWithFocus(body);
  const present = focused === null ? -1 : rows.indexOf(focused);
  const next = Math.max(0, Math.min(rows.length - 1, present === -1 ? 0 : present + by));
  const row = rows[next];
  if (row === undefined) return;
  const target = row.querySelector<HTMLElement>('a[href]') ?? row.querySelector<HTMLElement>('button, input');
  if (target === null) row.tabIndex = -1;
  (target ?? row).focus();
  row.scrollIntoView({ block: 'nearest' });
}

function rowWithFocus(body: HTMLTableSectionElement | null): HTMLTableRowElement | null {
  const row = document.activeElement?.closest('tr') ?? null;
  return row !== null && body?.contains(row) === true ? row : null;
}
