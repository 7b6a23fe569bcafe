const codes: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);

/** True when a connection could not even be made, so that nothing can have been done at the other end. */
export function isNobodyThere(error: Error): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if ('code' in cause && codes.has(cause.code)) return true;
    // Several addresses of one name were tried.
    if (cause instanceof AggregateError && cause.errors.every((each) => each instanceof Error && isNobodyThere(each))) {
      return true;
    }
  }
  return false;
}
