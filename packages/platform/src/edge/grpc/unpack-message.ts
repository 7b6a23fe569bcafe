import { promisify } from 'node:util';
import { gunzip, inflate } from 'node:zlib';
import type { RpcStatus } from '../rpc-edge.ts';

const unpackers = new Map([
  ['gzip', promisify(gunzip)],
  ['deflate', promisify(inflate)],
]);

/** What Node says of something that would become larger than is allowed. */
const tooLarge = 'ERR_BUFFER_TOO_LARGE';

/**
 * Unpacks a message.
 * @param encoding as the client named it in `grpc-encoding`.
 * @returns the status that the call ends with when that cannot be done.
 */
export async function unpackMessage(
  bytes: Buffer,
  encoding: string,
  bytesMax: number,
): Promise<Buffer | { readonly status: RpcStatus }> {
  if (encoding === 'identity') {
    return refusal('INTERNAL', 'a message is packed, but the call does not say how');
  }
  const unpack = unpackers.get(encoding);
  if (unpack === undefined) {
    return refusal('UNIMPLEMENTED', `Received message compressed with unsupported encoding "${encoding}"`);
  }
  try {
    return await unpack(bytes, { maxOutputLength: bytesMax });
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === tooLarge;
    return isTooLarge
      ? refusal('RESOURCE_EXHAUSTED', `Received message that decompresses to a size larger than ${bytesMax}`)
      : refusal('INTERNAL', 'Failed to decompress message');
  }
}

function refusal(code: RpcStatus['code'], message: string): { readonly status: RpcStatus } {
  return { status: { code, message } };
}
