import type { z } from 'zod';

/**
 * Who may call an endpoint.
 * `public`: anybody. `read`: a viewer, or the loopback exemption. `viewer`, `operator`, `admin`: a person or key of this
 * role or a higher one. `gateway`: a gateway's join token alone.
 */
export const accessRules = ['public', 'read', 'viewer', 'operator', 'admin', 'gateway'] as const;

export type Access = (typeof accessRules)[number];

/** One operation of the control API as data: server routes, client and documents are made from it. */
export interface Endpoint<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Answer extends z.ZodType = z.ZodType,
> {
  readonly id: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Fastify's form: `/api/v1/models/:name`. */
  readonly path: string;
  readonly summary: string;
  readonly access: Access;
  /**
   * Where a call names models or routes, as `params.name` or `body.policy.variants.*.model`: a key that is for some models
   * alone may call it when it names at least one and covers all. `nothing-of-models` is for calls that show nothing of
   * any model; `model-of-the-upload` for those whose model only the server knows, which looks it up. Such a key may call no
   * other endpoint.
   */
  readonly names?: readonly string[] | 'nothing-of-models' | 'model-of-the-upload';
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly answer: Answer;
  /** Largest body, when it may be larger than others. */
  readonly bodyBytesMax?: number;
  /** Status of success. */
  readonly status: number;
  /** The body is bytes of this media type, which are read as a stream; `body` does not describe them. */
  readonly bodyType?: string;
  /** The answer is of this media type and no JSON; `answer` does not describe it. */
  readonly answerType?: string;
  /** The answer holds something that is shown once: it is never kept, also not for a repeated `Idempotency-Key`. */
  readonly secretAnswer?: true;
  /** The body holds a password: not even its hash is kept. */
  readonly secretBody?: true;
  /** What tells one state of the answered thing from another, as a revision: the ETag is made from it. */
  tag?(answer: z.output<Answer>): string;
  /** A write that honours `If-Match`. */
  readonly ifMatch?: true;
}

/** Keeps the literal types of a definition. */
export function endpoint<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  definition: Endpoint<P, Q, B, A>,
): Endpoint<P, Q, B, A> {
  return definition;
}

/**
 * Whether an endpoint takes an `Idempotency-Key`: every write of somebody who has said who they are. What is streamed can
 * be continued where it stopped instead, and of what takes a password not even a hash is kept.
 */
export function takesIdempotencyKey({ method, access, bodyType, secretBody }: Endpoint): boolean {
  return method !== 'GET' && access !== 'public' && access !== 'gateway' && bodyType === undefined && !secretBody;
}
