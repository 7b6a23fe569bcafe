import type { Problem, Vulnerability } from '../gate/findings.ts';

/** What one check came to. Only `done` says anything about what was looked at. */
export interface Outcome {
  readonly name: string;
  readonly state: 'done' | 'not-run' | 'failed';
  /** What was looked at with what; or why it was not. */
  readonly detail: string;
  readonly vulnerabilities: readonly Vulnerability[];
  readonly problems: readonly Problem[];
}

type Found = Partial<Pick<Outcome, 'vulnerabilities' | 'problems'>>;

export const done = (name: string, detail: string, found: Found): Outcome => ({
  name,
  state: 'done',
  detail,
  vulnerabilities: found.vulnerabilities ?? [],
  problems: found.problems ?? [],
});

export const notRun = (name: string, why: string): Outcome => ({
  name,
  state: 'not-run',
  detail: `not run: ${why}`,
  vulnerabilities: [],
  problems: [],
});

/** Runs a check; what it throws is its outcome, so that the others are still told. */
export async function attempt(name: string, check: () => Promise<Outcome> | Outcome): Promise<Outcome> {
  try {
    return await check();
  } catch (error) {
    const fix = error instanceof Error && 'fix' in error && typeof error.fix === 'string' ? ` ${error.fix}` : '';
    const message = error instanceof Error ? error.message : String(error);
    return { name, state: 'failed', detail: `failed: ${message}.${fix}`, vulnerabilities: [], problems: [] };
  }
}
