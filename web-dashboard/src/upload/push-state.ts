import type { Lineage } from '@cluster-ai/contract/api/models.ts';
import type { ClusterError } from '@cluster-ai/core/errors.ts';
import type { ChosenFile } from './chosen-files.ts';
import type { Pace } from './pace.ts';

/** What is pushed, as the form has it. */
export interface PushDraft {
  readonly model: string;
  /** Undefined leaves the model's description as it is. */
  readonly description: string | undefined;
  readonly notes: string;
  readonly lineage: Lineage;
  readonly deploy: 'latest' | 'none';
  readonly files: readonly ChosenFile[];
}

interface Progress {
  readonly model: string;
  readonly bytes: number;
  readonly totalBytes: number;
}

/** Where a push stands. */
export type PushState =
  | { readonly step: 'idle' }
  /** The files are read for their digests. */
  | (Progress & { readonly step: 'reading' })
  | (Progress & {
      readonly step: 'sending';
      readonly pace: Pace | null;
      readonly isPaused: boolean;
      /** Why nothing moves, and when the next try is, milliseconds since 1970. */
      readonly trouble: { readonly error: ClusterError; readonly retryAtMs: number } | null;
    })
  | { readonly step: 'committing'; readonly model: string }
  | {
      readonly step: 'done';
      readonly model: string;
      readonly version: number;
      /** It takes the traffic of the route with the model's name. */
      readonly deployed: boolean;
    }
  | {
      readonly step: 'failed';
      readonly model: string;
      readonly error: Error;
      /** What has arrived is kept: the same push can go on. */
      readonly canContinue: boolean;
    };

/** Whether leaving the page would interrupt something. */
export function isUnderWay({ step }: PushState): boolean {
  return step === 'reading' || step === 'sending' || step === 'committing';
}
