/**
 * A header block that breaks RFC 7541. The tables of the two ends no longer agree, so the connection cannot go on: it
 * ends with COMPRESSION_ERROR.
 */
export class Http2CompressionError extends Error {
  override readonly name = 'Http2CompressionError';
}
