import type { createKey } from '@cluster-ai/contract/api/keys.ts';
import type { KeyAction } from '@cluster-ai/core/access/roles.ts';
import type { z } from 'zod';

/** A key as it is being filled in: numbers stay text until they are sent. */
export interface KeyDraft {
  readonly name: string;
  readonly actions: readonly KeyAction[];
  readonly models: string;
  readonly rate: string;
  readonly burst: string;
  readonly quota: string;
  /** Days from now; empty for never. */
  readonly days: string;
}

export const emptyDraft: KeyDraft = {
  name: '',
  actions: ['infer', 'read'],
  models: '',
  rate: '',
  burst: '',
  quota: '',
  days: '90',
};

const dayMs = 86_400_000;

/** True for nothing, and for a number above 0; `whole` allows no fraction. */
export function isLimit(text: string, whole: boolean): boolean {
  if (text.trim() === '') return true;
  return (whole ? /^[1-9]\d{0,11}$/ : /^\d{1,7}(\.\d{1,6})?$/).test(text.trim()) && Number(text) > 0;
}

export function modelList(text: string): string[] | null {
  const names = text.split(/[\s,]+/).filter((name) => name !== '');
  return names.length === 0 ? null : names;
}

const numberOrNull = (text: string) => (text.trim() === '' ? null : Number(text));

/** The body of the call. @param nowMs from when the days count */
export function draftBody(draft: KeyDraft, nowMs: number): z.input<typeof createKey.body> {
  return {
    name: draft.name.trim(),
    actions: [...draft.actions],
    models: modelList(draft.models),
    ratePerSecond: numberOrNull(draft.rate),
    burst: numberOrNull(draft.burst),
    dailyQuota: numberOrNull(draft.quota),
    expiresAt: draft.days === '' ? null : new Date(nowMs + Number(draft.days) * dayMs).toISOString(),
  };
}
