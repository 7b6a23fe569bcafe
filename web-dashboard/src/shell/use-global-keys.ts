import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { pathTo } from '../routes/path-to.ts';
import { useShortcut } from '../ui/use-shortcut.ts';
import { pageGroups, type PageEntry } from './pages.ts';

/** The second key of a pair must follow within this time, milliseconds. */
const pairMs = 1_200;

const byKey = new Map<string, PageEntry>(pageGroups.flatMap(({ entries }) => entries).map((page) => [page.key, page]));

/** Keys that work on every page: Ctrl or Cmd with K, `?`, and `g` followed by the letter of a page. */
export function useGlobalKeys({ onPalette, onHelp }: { readonly onPalette: () => void; readonly onHelp: () => void }) {
  useShortcut('?', onHelp);
  useGoTo();
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const isChord = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
      if (!isChord || event.key.toLowerCase() !== 'k') return;
      event.preventDefault();
      onPalette();
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [onPalette]);
}

function useGoTo(): void {
  const navigate = useNavigate();
  const begunAtMs = useRef(0);
  useShortcut('g', () => {
    // `g g` is a pair itself: below, the second one is taken first.
    begunAtMs.current = performance.now();
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (begunAtMs.current === 0 || event.ctrlKey || event.altKey || event.metaKey) return;
      const isPair = performance.now() - begunAtMs.current < pairMs;
      begunAtMs.current = 0;
      const page = byKey.get(event.key);
      if (!isPair || page === undefined) return;
      // Taken: neither a row's key nor the beginning of another pair.
      event.preventDefault();
      event.stopImmediatePropagation();
      void navigate(pathTo[page.id]());
    };
    // In the capture phase, so that it comes before every other key listener.
    document.addEventListener('keydown', listen, { capture: true });
    return () => document.removeEventListener('keydown', listen, { capture: true });
  }, [navigate]);
}
