import type { SignInProblem } from '@cluster-ai/contract/api/session.ts';

/** Why a sign-in with the identity provider comes to nothing. The page shows `problem`; log and audit have the rest. */
export class OidcRefusal extends Error {
  readonly problem: SignInProblem;
  /** Whom it was about, as far as that is known. */
  readonly subject: string;

  constructor(problem: SignInProblem, message: string, extras: { cause?: unknown; subject?: string } = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'OidcRefusal';
    this.problem = problem;
    this.subject = extras.subject ?? 'somebody';
  }
}
