import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { callGrpc, modelInferPath } from './call-grpc.ts';
import { framed } from './grpc-load-connection.ts';
import { runH2load } from './h2load.ts';
import { onCore } from './run-on-core.ts';
import { grpcRequest, scenarioOf, wireRequest } from './scenarios.ts';
import { runWrk, writeWrkScriptOf } from './wrk.ts';

/** Servers under the protocols that are measured alone, with a handler that answers the same bytes. */
export type EchoEdge = 'node:http' | 'own HTTP' | 'grpc-js' | 'own gRPC';

export const echoPath = modelInferPath;
const iris = scenarioOf('iris', 'gRPC');
/** As long as the answer to a request for iris. Its id is what wrk's script finds it by. */
export const echoAnswer = Buffer.from(JSON.stringify({ id: '0', outputs: 'x'.repeat(160) }));
/** Where a server that is pinned runs, and where its load. */
const serverCore = 0;
const loadCore = 1;

export interface EchoServer {
  readonly edge: EchoEdge;
  /** One load on the other core. @returns requests a second. */
  run(seconds: number): Promise<number>;
  stop(): Promise<void>;
}

/** Starts one, pinned to one core, with a load for the other. Its answer is looked at before. */
export async function startEcho(folder: string, edge: EchoEdge): Promise<EchoServer> {
  const program = join(import.meta.dirname, '../echo-server.ts');
  const [file, ...args] = onCore(serverCore, [process.execPath, program, edge]);
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const port = once(createInterface({ input: child.stdout }), 'line').then(([line]) => String(line));
  const url = `http://127.0.0.1:${await Promise.race([port, exited.then(() => Promise.reject(new Error(`${edge} ended`)))])}`;
  const run = edge === 'grpc-js' || edge === 'own gRPC' ? await grpcLoad(folder, url) : await httpLoad(folder, url);
  const stop = async (): Promise<void> => {
    child.stdin.end();
    await exited;
  };
  return { edge, run, stop };
}

/** 4 connections with 16 calls each, as clients of gRPC do it: many calls on few connections. */
async function grpcLoad(folder: string, url: string): Promise<(seconds: number) => Promise<number>> {
  const message = grpcRequest(iris, 0);
  const found = await callGrpc(url, message);
  if (!found.equals(echoAnswer)) throw new Error('the echo server answered something else');
  const bodyFile = join(folder, 'echo.frame');
  await writeFile(bodyFile, framed(message));
  const load = {
    url,
    path: echoPath,
    bodyFile,
    answerBytes: framed(echoAnswer).byteLength,
    connections: 4,
    streams: 16,
  };
  return (seconds) => runH2load({ ...load, seconds }, loadCore);
}

/** 32 connections. */
async function httpLoad(folder: string, url: string): Promise<(seconds: number) => Promise<number>> {
  const request = wireRequest(scenarioOf('iris', 'JSON'), 0);
  const script = await writeWrkScriptOf(join(folder, 'echo.lua'), [request], [echoAnswer]);
  return async (seconds) => (await runWrk({ url, script, clients: 32, seconds, core: loadCore })).requestsPerSecond;
}
