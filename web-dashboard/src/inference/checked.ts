import type { Say } from '../i18n/say.ts';

/** A value, or one sentence for the reader that says what is wrong with what was typed. */
export type Checked<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: Say };

export function accepted<T>(value: T): Checked<T> {
  return { ok: true, value };
}

export function refused(problem: Say): { readonly ok: false; readonly problem: Say } {
  return { ok: false, problem };
}
