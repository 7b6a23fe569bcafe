import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFakeHttpServer } from '@cluster-ai/testkit/fake-http-server.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { cli, runCli } from '../run-cli.ts';
import type { CliResult } from '../run-cli.ts';
import { freePort, repository, startPlatform, until } from '../start-platform.ts';
import type { Platform } from '../start-platform.ts';

const main = join(repository, 'apps/cli/src/main.ts');
const iris = join(repository, 'models/iris/1/model.onnx');

/** Runs a command with exactly this environment and input. */
function run(args: readonly string[], env: Record<string, string>, input = ''): Promise<CliResult> {
  return new Promise((resolve) => {
    const options = { env: { PATH: process.env['PATH'], ...env } };
    const child = execFile(process.execPath, [main, ...args], options, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
    child.stdin?.end(input);
  });
}

/** Stands between a command and the control plane; an answer that is to be lost never leaves it. */
async function startLosingProxy(target: string) {
  let loses = false;
  const server = await startFakeHttpServer((request, response) => {
    void (async () => {
      const { method = 'GET', headers, url } = request;
      const body = Buffer.concat(await request.toArray());
      const sent = Object.entries(headers).flatMap(([name, value]) =>
        typeof value === 'string' && !/^(host|connection|content-length)$/.test(name) ? [[name, value]] : [],
      );
      const init = { method, headers: Object.fromEntries(sent) as Record<string, string> };
      const answer = await fetch(`${target}${url}`, method === 'GET' ? init : { ...init, body });
      const text = await answer.text();
      if (loses && method !== 'GET') {
        loses = false;
        response.destroy();
      } else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text);
    })();
  });
  return { url: server.url, close: server.close, loseNextAnswer: () => (loses = true) };
}

describe('commands against a running platform', () => {
  let platform: Platform;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cluster-ai-cli-'));
    platform = await startPlatform({ examples: false });
    await cli(platform, 'model', 'push', 'flowers', iris);
    await cli(platform, 'model', 'push', 'flowers', iris);
  });
  afterAll(async () => {
    await platform.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test('lists and shows models as a table, JSON and YAML', async () => {
    expect(await cli(platform, 'model', 'list')).toMatch(
      /^NAME\s+NEWEST\s+VERSIONS\s+STATE.*\nflowers\s+2\s+2\s+READY/,
    );
    const listed = JSON.parse(await cli(platform, 'model', 'list', '-o', 'json')) as { name: string }[];
    expect(listed.map(({ name }) => name)).toEqual(['flowers']);
    expect(parse(await cli(platform, '-o', 'yaml', 'model', 'show', 'flowers'))).toMatchObject({
      name: 'flowers',
      versions: [{ version: 2 }, { version: 1 }],
    });
    expect(await cli(platform, 'model', 'show', 'flowers')).toMatch(/input\s+input\s+FP32\s+\[-1,4\]/);
  });

  test('splits a route, shows the shares and rolls back', async () => {
    expect(await cli(platform, 'route', 'split', 'flowers', '1=90', '2=10')).toMatch(
      /flowers\s+1\s+90\s+90 %\nflowers\s+2\s+10\s+10 %/,
    );
    const split = JSON.parse(await cli(platform, 'route', 'show', 'flowers', '-o', 'json')) as { policy: unknown };
    expect(split.policy).toMatchObject({
      kind: 'split',
      variants: [
        { version: 1, weight: 90 },
        { version: 2, weight: 10 },
      ],
    });
    expect(await cli(platform, 'route', 'rollback', 'flowers')).toMatch(/latest version of flowers/);
    const wrong = await runCli(platform, ['route', 'split', 'flowers', 'champion=1']);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringContaining('error: flowers has no alias champion')]);
  });

  test('previews a split, compares revisions, lists what happened', async () => {
    const preview = await cli(platform, 'route', 'split', 'flowers', '1=1', '2=1', '--dry-run');
    expect(preview).toMatch(/flowers\s+1\s+0 %\s+50 %\s+new/);
    expect(await cli(platform, 'route', 'show', 'flowers')).toMatch(/latest version of flowers/);
    expect(await cli(platform, 'route', 'diff', 'flowers', '--from', '2', '--to', '3')).toMatch(
      /flowers\s+2\s+100 %\s+10 %\s+-90 %\nflowers\s+1\s+0 %\s+90 %\s+new/,
    );
    const history = await cli(platform, 'route', 'history', 'flowers', '--filter', 'restoredFrom!=""');
    expect(history).toMatch(/\n4\s.*brought back revision 2/);
    expect(await cli(platform, 'route', 'list', '--filter', 'policy=split')).toBe('nothing fits policy=split\n');
  });

  test('describes a model and its versions, and moves an alias', async () => {
    await cli(platform, 'model', 'describe', 'flowers', 'three kinds of iris');
    await cli(platform, 'model', 'annotate', 'flowers', '2', '--notes', 'better', '--lineage', 'loss=0.5');
    await cli(platform, 'model', 'annotate', 'flowers', '2', '--lineage', 'dataset=iris-2026');
    expect(await cli(platform, 'model', 'list', '--filter', 'description~kinds')).toContain('flowers');
    expect(await cli(platform, 'model', 'versions', 'flowers', '--filter', 'lineage=dataset:iris-2026')).toMatch(
      /\n2\s+READY.*(loss=0\.5 dataset=iris-2026|dataset=iris-2026 loss=0\.5)\s+better\n$/,
    );
    expect(await cli(platform, 'model', 'show', 'flowers', '--model-version', '2')).toMatch(/notes\s+better/);
    await cli(platform, 'alias', 'set', 'flowers', 'champion', '1');
    await cli(platform, 'alias', 'set', 'flowers', 'champion', '2');
    await cli(platform, 'alias', 'remove', 'flowers', 'champion');
    const moves = JSON.parse(await cli(platform, 'alias', 'history', 'flowers', '-o', 'json')) as unknown[];
    expect(moves).toMatchObject([
      { alias: 'champion', previous: 2, version: null },
      { alias: 'champion', previous: 1, version: 2 },
      { alias: 'champion', previous: null, version: 1 },
    ]);
  });

  test('a write whose answer is lost on the way is done once', async () => {
    const proxy = await startLosingProxy(platform.controlUrl);
    const env = { CLUSTER_AI_TOKEN: platform.adminToken, CLUSTER_AI_SERVER: proxy.url };
    try {
      proxy.loseNextAnswer();
      const set = await run(['alias', 'set', 'flowers', 'lost', '1'], env);
      expect([set.code, set.stderr]).toEqual([0, expect.stringContaining('trying again')]);
      const filter = 'action=alias.set target=flowers';
      const audit = JSON.parse(await cli(platform, 'audit', 'list', '--filter', filter, '-o', 'json')) as {
        detail: { alias: string };
      }[];
      expect(audit.filter(({ detail }) => detail.alias === 'lost')).toHaveLength(1);

      // A key is shown once: when the answer with it is lost, it is told that it was made.
      proxy.loseNextAnswer();
      const key = await run(['key', 'create', 'lost', '--action', 'read'], env);
      expect([key.code, key.stdout, key.stderr]).toEqual([
        1,
        '',
        expect.stringMatching(/error: .*shown once.*\nfix: .*revoke/),
      ]);
    } finally {
      await proxy.close();
    }
  });

  test('follows what changes', async () => {
    const following = cli(platform, 'events', '--event', 'changed', '--count', '1', '-o', 'json');
    // The stream is there once it has shown a change: so many are made that one comes after it has begun.
    let ended = false;
    void following.finally(() => (ended = true));
    for (let count = 1; !ended; count += 1) await cli(platform, 'model', 'describe', 'flowers', `${count} kinds`);
    expect(JSON.parse(await following)).toEqual({ event: 'changed', data: { kind: 'model', name: 'flowers' } });
  });

  test('changes a setting while everything runs: the log of the gateway follows', async () => {
    const log = join(platform.home, 'logs/gateway.log');
    const debugLines = async (): Promise<number> => (await readFile(log, 'utf8')).split('"level":"debug"').length - 1;
    expect(await cli(platform, 'settings', 'get', 'log_level')).toMatch(/value\s+info\nsource\s+default\n/);
    expect(await debugLines()).toBe(0);
    expect(await cli(platform, 'settings', 'set', 'log_level', 'debug')).toBe('log_level is now debug\n');
    await until('the gateway writes more', 30_000, async () => {
      // A refusal is worth a line at this level alone.
      await fetch(`${platform.gatewayUrl}/v2/models/no-such-model/infer`, { method: 'POST', body: '{}' });
      return (await debugLines()) > 0;
    });
    expect(await cli(platform, 'settings', 'reset', 'log_level')).toContain('back at its default, info');
    const started = await cli(platform, 'settings', 'list', '--program');
    expect(started).toMatch(/\ndatabase\.url\s+\(set\)\s+default\n/);
    expect(started).toMatch(/\nhttp\.port\s+\d+\s+--port\n/);
  });

  test('shows gateways, and the traffic that they had', async () => {
    expect(await cli(platform, 'gateway', 'list', '--filter', 'connected=true')).toMatch(/\ngateway-1\s+ready/);
    expect(await cli(platform, 'gateway', 'show', 'gateway-1')).toMatch(/flowers@2\s+READY/);
    const unknown = await runCli(platform, ['gateway', 'show', 'gateway-9']);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringContaining('fix: known are gateway-1')]);
    await cli(platform, 'predict', 'flowers', '--input', 'input=5.1,3.5,1.4,0.2');
    await until('the prediction shows in the traffic', 30_000, async () =>
      /\nflowers → flowers@2\s+[1-9]/.test(await cli(platform, 'traffic', '--from', '10m', '--by', 'version')),
    );
  });

  test('predicts from options and from a file, and tells what the gateway says', async () => {
    const gateway = ['--gateway', platform.gatewayUrl];
    expect(await cli(platform, 'predict', 'flowers', '--input', 'input=5.1,3.5,1.4,0.2', ...gateway)).toMatch(
      /label\s+INT64\s+\[1\]\s+0/,
    );
    const file = join(folder, 'body.json');
    await writeFile(
      file,
      JSON.stringify({
        inputs: [{ name: 'input', datatype: 'FP32', shape: [2, 4], data: [5.1, 3.5, 1.4, 0.2, 6.3, 3.3, 6, 2.5] }],
      }),
    );
    // Without --gateway: the running platform of the same data folder.
    const answer = JSON.parse(await cli(platform, 'predict', 'flowers', '--file', file, '-o', 'json')) as {
      outputs: { name: string; data: number[] }[];
    };
    expect(answer.outputs.find(({ name }) => name === 'label')?.data).toEqual([0, 2]);
    const unknown = await runCli(platform, ['predict', 'no-such-model', '--input', '1']);
    expect([unknown.code, unknown.stderr]).toEqual([1, expect.stringMatching(/no-such-model/)]);
    const version = await cli(
      platform,
      'predict',
      'flowers',
      '--model-version',
      '2',
      '--input',
      'input=5.1,3.5,1.4,0.2',
      '-o',
      'json',
    );
    expect(JSON.parse(version)).toMatchObject({ model_version: '2' });
  });

  test('refuses a corrupt model with the reason, in words and in JSON', async () => {
    const file = join(folder, 'corrupt.onnx');
    await writeFile(file, 'not a model');
    const words = await runCli(platform, ['model', 'push', 'corrupt', file]);
    expect([words.code, words.stderr]).toEqual([1, expect.stringMatching(/^error: .*ONNX/m)]);
    const json = await runCli(platform, ['model', 'push', 'corrupt', file, '-o', 'json']);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stderr.trim().split('\n').at(-1) ?? '')).toMatchObject({ error: { code: 'MODEL_INVALID' } });
    expect(json.stdout).toBe('');
  });

  test('login stores server and token in a private file, after the server has accepted them', async () => {
    const env = { XDG_CONFIG_HOME: join(folder, 'config'), CLUSTER_AI_HOME: join(folder, 'nothing'), HOME: folder };
    const refused = await run(
      ['login', '--server', platform.controlUrl, '--token-stdin'],
      env,
      'cai_admin_wrong_wrong_wrong',
    );
    expect(refused.code).toBe(5);
    const accepted = await run(
      ['login', '--server', platform.controlUrl, '--token-stdin'],
      env,
      `${platform.adminToken}\n`,
    );
    expect([accepted.code, accepted.stdout]).toEqual([
      0,
      expect.stringContaining(`logged in to ${platform.controlUrl} as admin`),
    ]);
    expect(accepted.stdout + accepted.stderr).not.toContain(platform.adminToken);
    const file = join(folder, 'config/cluster-ai/login.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      server: platform.controlUrl,
      token: platform.adminToken,
    });
    const split = await run(['route', 'split', 'flowers', '2=100'], env);
    expect([split.code, split.stderr]).toEqual([0, '']);
  });

  test('prints the document of the API', async () => {
    const document = JSON.parse(await cli(platform, 'openapi')) as { openapi: string; paths: object };
    expect(document.openapi).toMatch(/^3\.1\./);
    expect(Object.keys(document.paths)).toContain('/api/v1/models/{name}');
  });

  test('status names gateways and models', async () => {
    const text = await cli(platform, 'status');
    expect(text).toMatch(/health\s+ok/);
    expect(text).toMatch(/gateway-1\s+ready/);
    expect(text).toMatch(/flowers@2\s+gateway-1\s+READY/);
  });

  test('deletes only what was confirmed', async () => {
    const unconfirmed = await run(['model', 'delete', 'flowers'], { CLUSTER_AI_HOME: platform.home });
    expect([unconfirmed.code, unconfirmed.stderr]).toEqual([2, expect.stringContaining('fix: add --yes')]);
    expect(await cli(platform, 'model', 'delete', 'flowers', '--yes')).toBe('deleted flowers with 2 versions\n');
    const gone = await runCli(platform, ['model', 'show', 'flowers']);
    expect(gone.code).toBe(1);
  });
});

describe('commands without a server', () => {
  const nowhere = {
    CLUSTER_AI_HOME: '/nonexistent/home',
    XDG_CONFIG_HOME: '/nonexistent/config',
    HOME: '/nonexistent',
  };

  test.each([
    ['an unknown command', ['modle'], 2, /unknown command 'modle'/],
    ['an unknown option', ['status', '--fast'], 2, /unknown option '--fast'/],
    ['a missing argument', ['model', 'show'], 2, /missing required argument 'name'/],
    ['a wrong format', ['version', '-o', 'xml'], 2, /Allowed choices are table, json, yaml/],
    [
      'a file that does not exist',
      ['model', 'push', 'x', '/no/such/file', '--server', 'http://127.0.0.1:1'],
      1,
      /error: \/no\/such\/file does not exist/,
    ],
    [
      'no server',
      ['status'],
      4,
      /error: no server is known: none runs on the data folder \/nonexistent\/home\nfix: start one/,
    ],
    ['no input', ['predict', 'iris'], 2, /error: predict needs either --input or --file/],
    [
      'a share that is none',
      ['route', 'split', 'iris', 'half', '--server', 'http://127.0.0.1:1'],
      2,
      /error: half: is no share/,
    ],
  ])('%s', async (_what, args, code, message) => {
    const result = await run(args, nowhere);
    expect(result.stderr).toMatch(message);
    expect([result.code, result.stdout]).toEqual([code, '']);
  });

  test('a server that does not answer ends with 4, a gateway too', async () => {
    const server = `http://127.0.0.1:${await freePort()}`;
    const status = await run(['status', '--server', server, '-o', 'json'], nowhere);
    expect([status.code, JSON.parse(status.stderr)]).toEqual([
      4,
      {
        error: {
          code: 'CONTROL_PLANE_UNAVAILABLE',
          message: `the control plane at ${server} does not answer`,
          fix: expect.any(String),
        },
      },
    ]);
    const predict = await run(['predict', 'iris', '--input', '1', '--gateway', server], nowhere);
    expect([predict.code, predict.stderr]).toEqual([
      4,
      expect.stringContaining(`the gateway at ${server} does not answer`),
    ]);
  });

  test('settings are checked and shown with their sources, secrets never', async () => {
    const env = { ...nowhere, DATABASE_URL: 'postgres://user:hunter2@db/x', CLUSTER_AI_GATEWAY_HTTP_PORT: '9000' };
    expect((await run(['config', 'check'], env)).stdout).toMatch(
      /^valid: \d+ settings of up, control-plane, gateway, 3 of them set/,
    );
    const shown = await run(['config', 'show', '-o', 'json'], env);
    expect(shown.stdout).not.toContain('hunter2');
    const settings = JSON.parse(shown.stdout) as { setting: string; value: unknown; source: string; program: string }[];
    expect(settings).toContainEqual({
      program: 'control-plane',
      setting: 'database.url',
      value: '(set)',
      source: 'DATABASE_URL',
    });
    expect(settings).toContainEqual({
      program: 'gateway',
      setting: 'http.port',
      value: 9000,
      source: 'CLUSTER_AI_GATEWAY_HTTP_PORT',
    });
    const wrong = await run(['config', 'check', '--program', 'gateway'], {
      ...nowhere,
      CLUSTER_AI_GATEWAY_HOME: '/x',
      CLUSTER_AI_GATEWAY_HTTP_PORT: 'many',
    });
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      expect.stringContaining(
        'error: CLUSTER_AI_GATEWAY_HTTP_PORT: http.port is "many"; allowed: a whole number from 0 to 65535',
      ),
    ]);
  });
});
