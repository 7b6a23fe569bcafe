import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, constants, type ClientHttp2Session } from 'node:http2';
import { join } from 'node:path';
import { runOnCore } from './run-on-core.ts';
import { fileStem, grpcRequest, type Scenario } from './scenarios.ts';
import type { LoadResult } from './wrk.ts';

const path = '/inference.GRPCInferenceService/ModelInfer';
/** Of a message: not compressed, and its length in four bytes. */
const prefixBytes = 5;

/** A message in the frame that gRPC sends it in. */
export function framed(message: Uint8Array): Buffer {
  const frame = Buffer.alloc(prefixBytes + message.byteLength);
  frame.writeUInt32BE(message.byteLength, 1);
  frame.set(message, prefixBytes);
  return frame;
}

/** Sends one framed message on a connection. @returns the framed answer. @throws Error when its status is not OK. */
export async function callFramed(session: ClientHttp2Session, frame: Buffer): Promise<Buffer> {
  const stream = session.request({
    [constants.HTTP2_HEADER_METHOD]: 'POST',
    [constants.HTTP2_HEADER_PATH]: path,
    'content-type': 'application/grpc',
    te: 'trailers',
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
  stream.end(frame);
  await once(stream, 'close');
  if (status !== '0') throw new Error(`a call was answered with status ${String(status)}: ${String(text)}`);
  return Buffer.concat(chunks);
}

/** One call of ModelInfer on a connection of its own. */
export async function callGrpc(url: string, message: Uint8Array): Promise<Buffer> {
  const session = connect(url);
  try {
    return (await callFramed(session, framed(message))).subarray(prefixBytes);
  } finally {
    session.close();
  }
}

/** What the program that sends the load reads. */
export interface GrpcLoad {
  readonly requests: readonly string[];
  readonly answers: readonly string[];
}

/** Writes the requests of a scenario, and the answer to each. */
export async function writeGrpcLoad(folder: string, scenario: Scenario, answers: readonly Buffer[]): Promise<string> {
  const file = join(folder, `${fileStem(scenario)}.json`);
  const requests = scenario.rows.map((_row, index) => Buffer.from(grpcRequest(scenario, index)).toString('base64'));
  const load: GrpcLoad = { requests, answers: answers.map((answer) => answer.toString('base64')) };
  await writeFile(file, JSON.stringify(load));
  return file;
}

export interface GrpcLoadOptions {
  readonly url: string;
  readonly file: string;
  readonly clients: number;
  readonly seconds: number;
  readonly core: number;
}

/** Runs one load. @throws Error when an answer was wrong or a call failed. */
export async function runGrpcLoad({ url, file, clients, seconds, core }: GrpcLoadOptions): Promise<LoadResult> {
  const program = join(import.meta.dirname, '../grpc-load.ts');
  const printed = await runOnCore(core, [process.execPath, program, url, file, String(clients), String(seconds)]);
  return JSON.parse(printed) as LoadResult; // The program wrote it.
}
