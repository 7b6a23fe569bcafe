/**
 * The closed table of everything that can go wrong and that a user may meet.
 *
 * Each protocol renders these codes in its own form; nothing else crosses a program's border.
 * `http` and `grpc` are the statuses of the answer; `retryable` says whether the same request may be repeated;
 * the documentation of a code is `docs/reference/errors.md#<code in lower case>`.
 */
export const errorTable = {
  INVALID_ARGUMENT: {
    http: 400,
    grpc: 'INVALID_ARGUMENT',
    retryable: false,
    meaning: 'The request is malformed or does not fit the model.',
  },
  // Triton answers 500 when a dimension is not an unsigned integer, and its clients' tests assert it.
  DIMENSION_NOT_UNSIGNED: {
    http: 500,
    grpc: 'INTERNAL',
    retryable: false,
    meaning: 'A shape holds something other than unsigned integers.',
  },
  UNAUTHENTICATED: {
    http: 401,
    grpc: 'UNAUTHENTICATED',
    retryable: false,
    meaning: 'The call needs a key and brought none, or one that is not known.',
  },
  PERMISSION_DENIED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    retryable: false,
    meaning: 'The key does not allow this action.',
  },
  SOURCE_NOT_ALLOWED: {
    http: 403,
    grpc: 'PERMISSION_DENIED',
    retryable: false,
    meaning: 'The address is not on the allow-list of model sources.',
  },
  NOT_FOUND: { http: 404, grpc: 'NOT_FOUND', retryable: false, meaning: 'The path or the named thing does not exist.' },
  MODEL_NOT_FOUND: {
    http: 404,
    grpc: 'NOT_FOUND',
    retryable: false,
    meaning: 'No route or model has this name or version.',
  },
  METHOD_NOT_ALLOWED: {
    http: 405,
    grpc: 'UNIMPLEMENTED',
    retryable: false,
    meaning: 'The path exists, but not with this method.',
  },
  REQUEST_TIMEOUT: {
    http: 408,
    grpc: 'DEADLINE_EXCEEDED',
    retryable: true,
    meaning: 'The body did not arrive in time.',
  },
  CONFLICT: { http: 409, grpc: 'ABORTED', retryable: false, meaning: 'The change does not fit the present state.' },
  REQUEST_IN_PROGRESS: {
    http: 409,
    grpc: 'ABORTED',
    retryable: true,
    meaning: 'A request with the same Idempotency-Key is still being worked on.',
  },
  ALREADY_DONE: {
    http: 409,
    grpc: 'ALREADY_EXISTS',
    retryable: false,
    meaning: 'The request with this Idempotency-Key was done before, and its answer is not kept.',
  },
  PRECONDITION_FAILED: {
    http: 412,
    grpc: 'FAILED_PRECONDITION',
    retryable: false,
    meaning: 'Somebody else has changed it since it was read.',
  },
  BODY_TOO_LARGE: {
    http: 413,
    grpc: 'RESOURCE_EXHAUSTED',
    retryable: false,
    meaning: 'The body is larger than the limit.',
  },
  UNSUPPORTED_MEDIA_TYPE: {
    http: 415,
    grpc: 'INVALID_ARGUMENT',
    retryable: false,
    meaning: 'The body is of a media type that this call does not take.',
  },
  HEADER_TOO_LARGE: {
    http: 431,
    grpc: 'RESOURCE_EXHAUSTED',
    retryable: false,
    meaning: 'The header of the request is larger than the limit.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    http: 422,
    grpc: 'INVALID_ARGUMENT',
    retryable: false,
    meaning: 'The Idempotency-Key belongs to another request.',
  },
  CHECKSUM_MISMATCH: {
    http: 422,
    grpc: 'DATA_LOSS',
    retryable: true,
    meaning: 'The bytes that arrived are not the bytes that were announced.',
  },
  MODEL_INVALID: { http: 422, grpc: 'INVALID_ARGUMENT', retryable: false, meaning: 'The model file cannot be served.' },
  LOCKED_OUT: {
    http: 429,
    grpc: 'RESOURCE_EXHAUSTED',
    retryable: true,
    meaning: 'Too many wrong passwords or keys; nothing is tried until the lock ends.',
  },
  RATE_LIMITED: {
    http: 429,
    grpc: 'RESOURCE_EXHAUSTED',
    retryable: true,
    meaning: 'The key sends more requests a second than it may.',
  },
  QUOTA_EXCEEDED: {
    http: 429,
    grpc: 'RESOURCE_EXHAUSTED',
    retryable: false,
    meaning: 'The key has used up its requests of this day.',
  },
  CANCELLED: { http: 499, grpc: 'CANCELLED', retryable: true, meaning: 'The client went away before the answer.' },
  INTERNAL: {
    http: 500,
    grpc: 'INTERNAL',
    retryable: false,
    meaning: 'A defect of the server; its log has the request id.',
  },
  MODEL_EXECUTION_FAILED: {
    http: 500,
    grpc: 'INTERNAL',
    retryable: false,
    meaning: 'The model ran and reported an error.',
  },
  UNSUPPORTED: {
    http: 501,
    grpc: 'UNIMPLEMENTED',
    retryable: false,
    meaning: 'The protocol knows this, the server does not do it.',
  },
  SOURCE_UNREACHABLE: { http: 502, grpc: 'UNAVAILABLE', retryable: true, meaning: 'A model source did not deliver.' },
  OVERLOADED: { http: 503, grpc: 'RESOURCE_EXHAUSTED', retryable: true, meaning: 'The queue is full.' },
  QUEUE_FULL: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    meaning: 'As many requests wait for the model as its configuration allows (max_queue_size).',
  },
  QUEUE_TIMEOUT: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    meaning: 'The request waited for longer than the configuration of the model allows.',
  },
  MODEL_NOT_READY: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    meaning: 'The model is known but not loaded yet, or failed to load.',
  },
  MODEL_OUT_OF_SERVICE: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: false,
    meaning: 'The model brought its runners down and is not started again before an operator resets it.',
  },
  RUNNER_CRASHED: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    meaning: 'The process that ran this request ended before it answered.',
  },
  SHUTTING_DOWN: { http: 503, grpc: 'UNAVAILABLE', retryable: true, meaning: 'The server is stopping.' },
  DATABASE_UNAVAILABLE: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    meaning: 'The database cannot be reached; nothing was written.',
  },
  REDIS_UNAVAILABLE: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    meaning: 'Redis cannot be reached; what is shared over it is not known.',
  },
  CONTROL_PLANE_UNAVAILABLE: {
    http: 503,
    grpc: 'UNAVAILABLE',
    retryable: true,
    meaning: 'The control plane cannot be reached.',
  },
  GATEWAY_UNAVAILABLE: { http: 503, grpc: 'UNAVAILABLE', retryable: true, meaning: 'No gateway can be reached.' },
  DEADLINE_EXCEEDED: {
    http: 504,
    grpc: 'DEADLINE_EXCEEDED',
    retryable: true,
    meaning: 'The answer would come after the deadline.',
  },
  STORAGE_FULL: {
    http: 507,
    grpc: 'RESOURCE_EXHAUSTED',
    retryable: true,
    meaning: 'The disk has no room for the bytes that were sent.',
  },
  CONFIG_INVALID: {
    http: 500,
    grpc: 'FAILED_PRECONDITION',
    retryable: false,
    meaning: 'A setting is wrong; the program did not start.',
  },
  ALREADY_RUNNING: {
    http: 500,
    grpc: 'FAILED_PRECONDITION',
    retryable: false,
    meaning: 'Another process holds the data folder or the port.',
  },
  PREREQUISITE_MISSING: {
    http: 500,
    grpc: 'FAILED_PRECONDITION',
    retryable: false,
    meaning: 'Something that the program needs is not on this machine.',
  },
} as const satisfies Record<string, ErrorEntry>;

interface ErrorEntry {
  readonly http: number;
  readonly grpc: string;
  readonly retryable: boolean;
  readonly meaning: string;
}

export type ErrorCode = keyof typeof errorTable;

/** What is wrong with one part of a request. */
export interface PartError {
  /** `body.policy.variants.0.weight`, `query.filter`, `params.name`, `headers.if-match`. */
  readonly path: string;
  readonly message: string;
}

export interface ErrorExtras {
  readonly cause?: unknown;
  /** Sent as Retry-After, whole seconds. */
  readonly retryAfterSeconds?: number;
  /** For CLI and API: what the reader can do next, one sentence. */
  readonly fix?: string;
  /** One by one, so that a form can mark its fields. */
  readonly errors?: readonly PartError[];
}

/** The only error that may cross a program's border. `message` is shown to the caller: it never holds a secret. */
export class ClusterError extends Error {
  readonly code: ErrorCode;
  readonly retryAfterSeconds: number | undefined;
  readonly fix: string | undefined;
  readonly errors: readonly PartError[] | undefined;

  constructor(code: ErrorCode, message: string, extras: ErrorExtras = {}) {
    super(message, extras.cause === undefined ? undefined : { cause: extras.cause });
    this.name = 'ClusterError';
    this.code = code;
    this.retryAfterSeconds = extras.retryAfterSeconds;
    this.fix = extras.fix;
    this.errors = extras.errors;
  }

  get httpStatus(): number {
    return errorTable[this.code].http;
  }

  get retryable(): boolean {
    return errorTable[this.code].retryable;
  }
}

/** True for a string that is a code of the table; used where a code arrives over a wire. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(errorTable, value);
}

/**
 * Turns whatever was thrown into a ClusterError. What is not one already is a defect: the caller sees a fixed sentence,
 * because an unexpected message may hold anything; the cause stays attached for the log.
 */
export function toClusterError(thrown: unknown): ClusterError {
  if (thrown instanceof ClusterError) return thrown;
  return new ClusterError('INTERNAL', 'internal error; the server log has the details under the request id', {
    cause: thrown,
  });
}
