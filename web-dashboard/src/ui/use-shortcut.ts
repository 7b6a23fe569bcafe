import { useEffect, useRef } from 'react';

/** Elements in which a key is text and no command. */
const typing = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable=true]';

/** What lies over the page: its keys are its own. */
const overlays = '[role=dialog], [role=menu]';

/**
 * Runs `act` when a key is pressed anywhere on the page, except where it is text or a dialog is open.
 * @param key as `KeyboardEvent.key` names it; a combination with Ctrl, Alt or Meta never counts.
 */
export function useShortcut(key: string, act: (event: KeyboardEvent) => void): void {
  const latest = useRef(act);
  useEffect(() => {
    latest.current = act;
  }, [act]);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== key || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
      if (event.target instanceof Element && event.target.closest(typing) !== null) return;
      if (document.querySelector(overlays) !== null) return;
      event.preventDefault();
      latest.current(event);
    };
    document.addEventListener('keydown', listen);
    return () => document.removeEventListener('keydown', listen);
  }, [key]);
}
