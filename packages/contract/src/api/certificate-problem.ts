/** What Node's TLS says of a certificate that a client does not accept. */
const codes = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/**
 * Tells a server that shows a certificate which is not accepted from one that does not answer.
 * @param failure what `fetch` rejected with.
 * @returns what is wrong with the certificate, or null when it is something else.
 */
export function certificateProblem(failure: unknown): string | null {
  const cause = failure instanceof Error ? failure.cause : undefined;
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string') return null;
  return codes.has(cause.code) ? (cause.message.split(';', 1)[0] ?? cause.message) : null;
}

/** What to do about it. */
export const trustFix =
  'name its CA, or the certificate itself, with --ca-file or CLUSTER_AI_CA_FILE; for a gateway with control.caFile';
