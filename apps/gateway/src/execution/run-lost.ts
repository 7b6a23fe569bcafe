import { ClusterError } from '@cluster-ai/core/errors.ts';

/** RUNNER_CRASHED for one run that was handed over and not answered. */
export class RunLost extends ClusterError {
  /** True when the run cannot have brought the runner down: it may be handed over again. */
  readonly mayRunAgain: boolean;

  constructor(message: string, mayRunAgain: boolean) {
    super('RUNNER_CRASHED', message);
    this.mayRunAgain = mayRunAgain;
  }
}
