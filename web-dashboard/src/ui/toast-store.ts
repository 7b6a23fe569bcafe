import type { Tone } from './status.tsx';

/** How long a toast stays, milliseconds: long enough to be read twice. */
const stayMs = 6_000;

/** Toasts at once; more push out the oldest. */
const shownMax = 4;

interface Toast {
  readonly id: number;
  readonly tone: Tone;
  readonly text: string;
}

let toasts: readonly Toast[] = [];
let lastId = 0;
const listeners = new Set<() => void>();

/** Says briefly that something was done. What the reader must act on belongs on the page, not here. */
export function toast(text: string, tone: Tone = 'good'): void {
  lastId += 1;
  const id = lastId;
  show([...toasts, { id, tone, text }].slice(-shownMax));
  setTimeout(() => dismissToast(id), stayMs);
}

export function dismissToast(id: number): void {
  if (toasts.some((entry) => entry.id === id)) show(toasts.filter((entry) => entry.id !== id));
}

export function shownToasts(): readonly Toast[] {
  return toasts;
}

export function subscribeToToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function show(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}
