import { startGrpcEdge } from '@cluster-ai/platform/edge/grpc/grpc-edge.ts';
import { startGrpcJsEdge } from '@cluster-ai/platform/edge/grpc-js-edge.ts';
import { startNodeHttpEdge } from '@cluster-ai/platform/edge/node-http-edge.ts';
import { startOwnHttpEdge } from '@cluster-ai/platform/edge/own-http-edge.ts';
import type { CallHandler, StartEdge } from '@cluster-ai/platform/edge/edge.ts';
import type { RpcHandler, StartRpcEdge } from '@cluster-ai/platform/edge/rpc-edge.ts';
import { echoAnswer, echoPath, type EchoEdge } from './bench/echo.ts';

/**
 * A server alone: it takes each request whole and answers the same bytes, so that what is measured is the server under the
 * protocols. Argument: which server. Prints its port; ends when its standard input does.
 */
const httpEdges: Readonly<Record<string, StartEdge>> = { 'node:http': startNodeHttpEdge, 'own HTTP': startOwnHttpEdge };
const rpcEdges: Readonly<Record<string, StartRpcEdge>> = { 'grpc-js': startGrpcJsEdge, 'own gRPC': startGrpcEdge };

const limits = {
  listenerId: 'echo',
  host: '127.0.0.1',
  port: 0,
  headerBytesMax: 32_768,
  connectionsMax: 1_000,
  requestTimeoutMs: 30_000,
  answerTimeoutMs: 120_000,
  idleTimeoutMs: 75_000,
  onDefect: (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
};
const bytesMax = 2 ** 20;

const answerHttp: CallHandler = async (call, reply) => {
  await call.body();
  reply.send(200, [['content-type', 'application/json']], echoAnswer);
};

const answerRpc: RpcHandler = async (call, reply) => {
  await call.next();
  reply.send(echoAnswer);
  reply.end({ code: 'OK', message: '' });
};

const name = process.argv[2] as EchoEdge; // bench/echo.ts gives one of them.
const startHttp = httpEdges[name];
const startRpc = rpcEdges[name];
const edge =
  startHttp === undefined
    ? await startRpc?.({ ...limits, paths: [echoPath], messageBytesMax: bytesMax, streamsMax: 1_024 }, answerRpc)
    : await startHttp({ ...limits, bodyBytesMax: bytesMax }, answerHttp);
if (edge === undefined) throw new Error(`there is no server '${name}'`);
console.log(edge.port);
process.stdin.on('end', () => void edge.close(100));
process.stdin.resume();
