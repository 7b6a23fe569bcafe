import { readFile } from 'node:fs/promises';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Check, TargetSettings } from '../targets/target-file.ts';

const callTimeoutMs = 15_000;
const answerBytesMax = 4 * 1024 * 1024;

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Calls the front door of a target. */
export type Call = (check: Check) => Promise<Answer>;

/** A caller with the key and the CA of the target's file. */
export async function callerOf(settings: Pick<TargetSettings, 'url' | 'keyFile' | 'caFile'>): Promise<Call> {
  const ca = settings.caFile === undefined ? undefined : await readFile(settings.caFile, 'utf8');
  const key =
    settings.keyFile === undefined
      ? process.env['CLUSTER_AI_TOKEN']
      : (await readFile(settings.keyFile, 'utf8')).trim();
  return async (check) => {
    const url = new URL(check.path, settings.url);
    const body = check.body === undefined ? null : JSON.stringify(check.body);
    const options = {
      method: body === null ? 'GET' : 'POST',
      headers: {
        ...(body === null ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
        ...(key === undefined || key === '' ? {} : { authorization: `Bearer ${key}` }),
      },
      signal: AbortSignal.timeout(callTimeoutMs),
      ...(ca === undefined ? {} : { ca }),
    };
    return await new Promise<Answer>((resolve, reject) => {
      const request = url.protocol === 'https:' ? requestHttps : requestHttp;
      const call = request(url, options, (response) => {
        readAnswer(response).then(resolve, reject);
      });
      call.once('error', reject);
      call.end(body ?? undefined);
    });
  };
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > answerBytesMax) throw new Error(`the answer is larger than ${answerBytesMax} bytes`);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() };
}
