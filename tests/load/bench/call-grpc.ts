import { once } from 'node:events';
import { connect, constants } from 'node:http2';
import { framed } from './grpc-load-connection.ts';
import { grpcFields } from './scenarios.ts';

export const modelInferPath = '/inference.GRPCInferenceService/ModelInfer';
/** Of a message: not compressed, and its length in four bytes. */
const prefixBytes = 5;

/** One unary call on a connection of its own, by Node's client. @returns the message. @throws Error when its status is not OK. */
export async function callGrpc(url: string, message: Uint8Array): Promise<Buffer> {
  const session = connect(url);
  try {
    const stream = session.request({
      [constants.HTTP2_HEADER_METHOD]: 'POST',
      [constants.HTTP2_HEADER_PATH]: modelInferPath,
      ...Object.fromEntries(grpcFields),
    });
    let status: unknown;
    let text: unknown;
    const take = (headers: Readonly<Record<string, unknown>>): void => {
      status = headers['grpc-status'] ?? status;
      text = headers['grpc-message'] ?? text;
    };
    stream.on('response', take);
    stream.on('trailers', take);
    const chunks: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
    stream.end(framed(message));
    await once(stream, 'close');
    if (status !== '0') throw new Error(`a call was answered with status ${String(status)}: ${String(text)}`);
    return Buffer.concat(chunks).subarray(prefixBytes);
  } finally {
    session.close();
  }
}
