import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { RpcClient } from '@cluster-ai/testkit/rpc-client.ts';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testPython } from '../../e2e/test-python.ts';
import { repository } from '../../start-platform.ts';
import { callWithChromium } from './chromium-client.ts';
import { callWithCurl, callWithNghttp } from './command-lines.ts';
import { startTargets, type Target, type Targets } from './gateways.ts';
import { irisMessage, readIrisAnswer, streamPath, unaryPath } from './grpc-calls.ts';
import { httpCalls } from './http-calls.ts';
import { run } from './run.ts';
import { callWithUndici } from './undici-client.ts';

// The clients that people have, against our own servers of HTTP/1.1, HTTP/2 and gRPC: predictions of the example models,
// and streams.

const times = 20;
const transports = ['plain', 'tls'] as const;
let targets: Targets | undefined;

beforeAll(async () => {
  targets = await startTargets();
});
afterAll(async () => targets?.stop());

function targetOf(transport: 'plain' | 'tls'): Target {
  if (targets === undefined) throw new Error('the gateways were not started');
  return targets[transport];
}

const allWell = Object.fromEntries(httpCalls.map(({ path }) => [path, null]));

describe('HTTP', () => {
  test.each([
    ['plain', ['--http1.1', '1.1']],
    ['plain', ['--http2-prior-knowledge', '2']],
    ['tls', ['--http1.1', '1.1']],
    ['tls', ['--http2', '2']],
  ] as const)('curl, %s, %j', async (transport, version) => {
    expect(await callWithCurl(targetOf(transport), version)).toEqual(allWell);
  });

  test.each(transports)('nghttp, %s: many streams on one connection', async (transport) => {
    expect(await callWithNghttp(targetOf(transport), times)).toEqual(allWell);
  });

  test.each([
    ['plain', { pipelining: times }, 'plain'],
    ['tls', { pipelining: times }, 'http/1.1'],
    ['tls', { allowH2: true, pipelining: times }, 'h2'],
  ] as const)('undici, %s, %j: many requests on one connection', async (transport, options, protocol) => {
    const seen = await callWithUndici(targetOf(transport), options, times);
    expect(seen).toEqual({ outcomes: allWell, connections: 1, protocol });
  });

  describe('Chromium', () => {
    let browser: Browser | undefined;
    beforeAll(async () => {
      const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium';
      // Chromium's own sandbox refuses root, which is who runs the tests in a container; the pages are ours.
      browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
    });
    afterAll(async () => browser?.close());

    test.each([
      ['plain', 'http/1.1'],
      ['tls', 'h2'],
    ] as const)('fetch, %s', async (transport, protocol) => {
      if (browser === undefined) throw new Error('Chromium was not started');
      const seen = await callWithChromium(browser, targetOf(transport), times);
      expect(seen).toEqual({ outcomes: allWell, protocols: [protocol] });
    });
  });
});

describe('gRPC', () => {
  const ids = Array.from({ length: times }, (_, index) => String(index));
  const setosas = ids.map((id) => ({ id, label: 0 }));

  test.each(transports)('grpc-js, %s: calls at once, and a stream', async (transport) => {
    const { grpcAddress, ca } = targetOf(transport);
    const client = new RpcClient(grpcAddress, ca === null ? {} : { ca: ca.text, servername: 'localhost' });
    const outcomes = await Promise.all(ids.map((id) => client.unary(unaryPath, irisMessage(id))));
    expect(outcomes.map(({ code, message }) => [code, readIrisAnswer(message ?? new Uint8Array(), false)])).toEqual(
      setosas.map((setosa) => ['OK', setosa]),
    );
    const stream = client.stream(streamPath);
    for (const id of ids) stream.send(irisMessage(id));
    stream.close();
    const answers = [];
    for (let answer = await stream.next(); answer !== null; answer = await stream.next()) answers.push(answer);
    expect(answers.map((answer) => readIrisAnswer(answer, true))).toEqual(setosas);
    expect(await stream.outcome).toMatchObject({ code: 'OK' });
    client.close();
  });

  test.each(transports)('grpcio, %s: calls at once, and a stream', async (transport) => {
    const { grpcAddress, ca } = targetOf(transport);
    const script = join(import.meta.dirname, 'grpcio-client.py');
    const args = [script, grpcAddress, String(times), ...(ca === null ? [] : [ca.file])];
    const expected = ids.map((id) => [Number(id), 0]);
    expect(JSON.parse(await run(testPython(), ['-B', ...args]))).toEqual({ unary: expected, stream: expected });
  });

  test.each(transports)('grpc-go, %s: calls at once, and a stream', async (transport) => {
    const { grpcAddress, ca } = targetOf(transport);
    const program = join(repository, '.tools/go/grpc-go-client');
    if (!existsSync(program)) throw new Error(`${program} is missing: \`make test\` builds it`);
    const messages = ids.map((id) => Buffer.from(irisMessage(id)).toString('hex')).join('\n');
    for (const [path, kind] of [
      [unaryPath, 'unary'],
      [streamPath, 'stream'],
    ] as const) {
      const args = [grpcAddress, path, kind, ...(ca === null ? [] : [ca.file])];
      const lines = (await run(program, args, messages)).trimEnd().split('\n');
      const answers = lines.map((line) => readIrisAnswer(Buffer.from(line, 'hex'), kind === 'stream'));
      expect(answers).toEqual(setosas);
    }
  });
});
