import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import * as models from '@cluster-ai/contract/api/models.ts';
import * as routes from '@cluster-ai/contract/api/routes.ts';
import { listAudit } from '@cluster-ai/contract/api/audit.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { importModel } from '@cluster-ai/contract/api/uploads.ts';
import { startPostgres } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import type { PostgresServer } from '@cluster-ai/testkit/postgres/postgres-server.ts';
import { selfSignedCertificate } from '@cluster-ai/testkit/tls/self-signed.ts';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { pushModel, sha256, startPlane } from './control-plane/fixture.ts';
import type { RunningPlane } from './control-plane/fixture.ts';
import { addModel, bfloat16Model } from './control-plane/test-models.ts';

let postgres: PostgresServer;
const planes: RunningPlane[] = [];
const folders: string[] = [];

beforeAll(async () => {
  postgres = await startPostgres(18);
});

afterEach(async () => {
  for (const plane of planes.splice(0)) await plane.remove();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

afterAll(() => postgres.remove());

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-models-'));
  folders.push(folder);
  return folder;
}

async function start(...options: Parameters<typeof startPlane>): Promise<RunningPlane> {
  const plane = await startPlane(...options);
  planes.push(plane);
  return plane;
}

function writeVersion(root: string, model: string, version: number, bytes: Uint8Array): void {
  mkdirSync(join(root, model, String(version)), { recursive: true });
  writeFileSync(join(root, model, String(version), 'model.onnx'), bytes);
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 20_000;
  while (!(await holds())) {
    if (performance.now() > endMs) throw new Error(`${what}: not in time`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** Version numbers of a model, newest first; empty when there is no such model. */
async function versions(
  plane: RunningPlane,
  name: string,
): Promise<{ version: number; digest: string; source: string }[]> {
  const { items } = await callEndpoint(plane.admin, models.listModels);
  return items.find((model) => model.name === name)?.versions ?? [];
}

async function variantOf(plane: RunningPlane, route: string): Promise<number | undefined> {
  const { items } = await callEndpoint(plane.admin, routes.listRoutes);
  return items.find((item) => item.name === route)?.variants[0]?.version;
}

const reasons = async (plane: RunningPlane): Promise<string> =>
  (await callEndpoint(plane.admin, getOverview)).reasons.map(({ text }) => text).join('\n');
const looks = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * pollMs + 200));

const pollMs = 100;
const watching = (repository: string) => ({
  sources: { repository, repositoryPollMs: pollMs },
});

describe('a model repository folder', () => {
  test('models and versions are taken over, changed, and retired with their folders', async () => {
    const root = temporaryFolder();
    writeVersion(root, 'adder', 1, addModel(1).bytes);
    writeFileSync(join(root, 'adder', '1', 'labels.txt'), 'a');
    // The configuration belongs to each version; the card speaks of the model.
    writeFileSync(join(root, 'adder', 'config.pbtxt'), 'name: "adder"');
    writeFileSync(join(root, 'adder', 'card.json'), '{"description":"adds one"}');
    const plane = await start(await postgres.createDatabase(), watching(root));
    await until('version 1', async () => (await versions(plane, 'adder')).length === 1);
    expect(await callEndpoint(plane.admin, models.getModel, { params: { name: 'adder' } })).toMatchObject({
      description: 'adds one',
      versions: [
        {
          version: 1,
          source: 'repository',
          createdBy: 'model-repository',
          fileCount: 3,
        },
      ],
    });
    expect(await variantOf(plane, 'adder')).toBe(1);

    writeVersion(root, 'adder', 7, addModel(7).bytes);
    await until('version 7 takes over', async () => (await variantOf(plane, 'adder')) === 7);

    const before = (await versions(plane, 'adder'))[0]?.digest;
    writeVersion(root, 'adder', 7, addModel(70).bytes);
    await until('version 7 with other content', async () => (await versions(plane, 'adder'))[0]?.digest !== before);
    expect(await variantOf(plane, 'adder')).toBe(7);

    rmSync(join(root, 'adder', '7'), { recursive: true });
    await until('back to version 1', async () => (await variantOf(plane, 'adder')) === 1);
    rmSync(join(root, 'adder'), { recursive: true });
    await until(
      'the model is gone',
      async () => (await versions(plane, 'adder')).length === 0 && (await variantOf(plane, 'adder')) === undefined,
    );

    const actions = (await callEndpoint(plane.admin, listAudit)).items.map((entry) => entry.action);
    expect(actions).toEqual(
      expect.arrayContaining(['version.create', 'version.replace', 'version.delete', 'model.delete']),
    );
  });

  test('what has been at rest for long is taken over at the first look', async () => {
    const root = temporaryFolder();
    writeVersion(root, 'adder', 1, addModel(1).bytes);
    const everyMs = 8_000;
    await new Promise((resolve) => setTimeout(resolve, everyMs + 500));
    const plane = await start(await postgres.createDatabase(), {
      sources: { repository: root, repositoryPollMs: everyMs },
    });
    const beganMs = performance.now();
    await until('version 1', async () => (await versions(plane, 'adder')).length === 1);
    expect(performance.now() - beganMs).toBeLessThan(everyMs - 2_000);
  });

  test('a policy that lists versions has the newest of these served', async () => {
    const root = temporaryFolder();
    const list = (versions: string): void =>
      writeFileSync(join(root, 'adder', 'config.pbtxt'), `version_policy { specific { versions: [ ${versions} ] } }`);
    for (const version of [1, 2, 3]) writeVersion(root, 'adder', version, addModel(version).bytes);
    list('1, 2');
    const plane = await start(await postgres.createDatabase(), watching(root));
    await until('three versions', async () => (await versions(plane, 'adder')).length === 3);
    expect(await variantOf(plane, 'adder')).toBe(2);
    list('1');
    await until('version 1 is served', async () => (await variantOf(plane, 'adder')) === 1);
  });

  test('a file that is still being written is not taken over; one that is wrong is named until it is right', async () => {
    const root = temporaryFolder();
    const plane = await start(await postgres.createDatabase(), watching(root));
    const bytes = addModel(1).bytes;
    for (let part = 1; part <= 8; part += 1) {
      writeVersion(root, 'slow', 1, bytes.subarray(0, Math.floor((bytes.length * part) / 9)));
      await new Promise((resolve) => setTimeout(resolve, pollMs / 2));
    }
    expect(plane.log.join('')).not.toContain('slow/1');
    writeVersion(root, 'slow', 1, bytes);
    await until('the whole file', async () => (await versions(plane, 'slow')).length === 1);

    writeVersion(root, 'wrong', 1, bfloat16Model().bytes);
    writeVersion(root, 'not a name', 1, bytes);
    await until('the problem shows', async () =>
      (await reasons(plane)).includes('wrong/1 in the model repository is not served'),
    );
    expect(await reasons(plane)).toContain('the folder "not a name" cannot be a model');
    await looks(5);
    expect(plane.log.filter((line) => line.includes('wrong/1'))).toHaveLength(1);
    writeVersion(root, 'wrong', 1, bytes);
    renameSync(join(root, 'not a name'), join(root, 'a-name'));
    await until(
      'both are served',
      async () => (await versions(plane, 'wrong')).length === 1 && (await versions(plane, 'a-name')).length === 1,
    );
    await until('nothing to complain about', async () => !(await reasons(plane)).includes('model repository'));
  });

  test('links inside the folder are followed; one that leads out of it is not, and that is said', async () => {
    const root = temporaryFolder();
    const outside = temporaryFolder();
    writeFileSync(join(outside, 'secret.txt'), 'a');
    writeVersion(outside, 'elsewhere', 1, addModel(1).bytes);
    // As a mounted configuration lies there.
    writeVersion(root, '.data', 1, addModel(1).bytes);
    mkdirSync(join(root, 'mounted', '1'), { recursive: true });
    symlinkSync('../../.data/1/model.onnx', join(root, 'mounted', '1', 'model.onnx'));
    const label = 'output { name: "y" data_type: TYPE_FP32 dims: -1 label_filename: "words/secret.txt" }';
    for (const model of ['file', 'named']) writeVersion(root, model, 1, addModel(1).bytes);
    symlinkSync(join(outside, 'secret.txt'), join(root, 'file', '1', 'notes.txt'));
    writeFileSync(join(root, 'named', 'config.pbtxt'), label);
    symlinkSync(outside, join(root, 'named', 'words'));
    symlinkSync(join(outside, 'elsewhere'), join(root, 'whole'));
    const plane = await start(await postgres.createDatabase(), watching(root));
    await until('the version behind a link inside', async () => (await versions(plane, 'mounted')).length === 1);
    const out = 'is a link that leads out of the model repository; put what it leads to there itself';
    for (const path of ['file/1/notes.txt', 'named/words/secret.txt', 'whole']) {
      await until(`${path} is told`, async () => (await reasons(plane)).includes(`${join(root, path)} ${out}`));
    }
    for (const model of ['file', 'named', 'whole']) expect(await versions(plane, model)).toEqual([]);
  });

  test('a restart takes nothing over again; new times on the same bytes change nothing', async () => {
    const root = temporaryFolder();
    writeVersion(root, 'adder', 1, addModel(1).bytes);
    const url = await postgres.createDatabase();
    const first = await startPlane(url, watching(root));
    await until('version 1', async () => (await versions(first, 'adder')).length === 1);
    await first.stop();
    const plane = await start(url, { home: first.home, ...watching(root) });
    const fingerprint = async () => {
      const row = await plane.control.plane.store.read((query) =>
        query.selectFrom('model_versions').select('source_fingerprint').executeTakeFirstOrThrow(),
      );
      return row.source_fingerprint;
    };
    const before = await callEndpoint(plane.admin, listAudit);
    const old = await fingerprint();
    await looks(4);
    utimesSync(join(root, 'adder', '1', 'model.onnx'), new Date(), new Date());
    await until('the new times are known', async () => (await fingerprint()) !== old);
    const present = await fingerprint();
    await looks(3);
    expect(await fingerprint()).toBe(present);
    expect(await callEndpoint(plane.admin, listAudit)).toEqual(before);
  });

  test('a version that another route needs is kept, and that is said; an unreadable folder retires nothing', async () => {
    const root = temporaryFolder();
    writeVersion(root, 'adder', 1, addModel(1).bytes);
    writeVersion(root, 'adder', 2, addModel(2).bytes);
    const plane = await start(await postgres.createDatabase(), watching(root));
    await until('both versions', async () => (await versions(plane, 'adder')).length === 2);
    const variants = [{ model: 'adder', version: 1, weight: 1 }];
    await callEndpoint(plane.admin, routes.putRoute, {
      params: { name: 'shop' },
      body: { policy: { kind: 'split', variants } },
    });
    rmSync(join(root, 'adder', '1'), { recursive: true });
    await until('said', async () =>
      (await reasons(plane)).includes(
        "adder/1 is gone from the model repository and is kept, because route 'shop' uses it",
      ),
    );
    expect(await versions(plane, 'adder')).toHaveLength(2);
    await callEndpoint(plane.admin, routes.deleteRoute, { params: { name: 'shop' } });
    await until('retired', async () => (await versions(plane, 'adder')).length === 1);

    renameSync(root, `${root}-away`);
    folders.push(`${root}-away`);
    await until('said', async () => (await reasons(plane)).includes(`the model repository ${root} cannot be read`));
    await looks(4);
    expect(await versions(plane, 'adder')).toHaveLength(1);
    renameSync(`${root}-away`, root);
    await until('settled', async () => !(await reasons(plane)).includes('cannot be read'));
  });

  test('a version of the folder is not deleted behind its back, and a number that an upload has is not taken', async () => {
    const root = temporaryFolder();
    const plane = await start(await postgres.createDatabase(), watching(root));
    await pushModel(plane, 'mixed', [addModel(1)]);
    writeVersion(root, 'mixed', 1, addModel(5).bytes);
    writeVersion(root, 'mixed', 2, addModel(6).bytes);
    await until('version 2', async () => (await versions(plane, 'mixed')).length === 2);
    expect((await versions(plane, 'mixed')).map((version) => version.source)).toEqual(['repository', 'upload']);
    await until('said', async () => (await reasons(plane)).includes('which came from another source (upload)'));
    await expect(callEndpoint(plane.admin, models.deleteModel, { params: { name: 'mixed' } })).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('comes from the model repository folder'),
    });
  });
});

describe('example models', () => {
  test('they are imported once, into an empty registry', async () => {
    const root = temporaryFolder();
    writeVersion(root, 'one', 1, addModel(1).bytes);
    writeVersion(root, 'two', 1, addModel(2).bytes);
    writeVersion(root, 'broken', 1, Buffer.from('nothing'));
    const sources = { examples: ['one', 'broken', 'two'].map((name) => join(root, name)) };
    const url = await postgres.createDatabase();
    const first = await startPlane(url, { sources });
    expect(await versions(first, 'one')).toMatchObject([{ version: 1, source: 'example' }]);
    expect(await variantOf(first, 'two')).toBe(1);
    expect(await reasons(first)).toContain('the example model in');
    for (const name of ['one', 'two']) await callEndpoint(first.admin, models.deleteModel, { params: { name } });
    await first.stop();
    const second = await start(url, { home: first.home, sources });
    expect(await versions(second, 'one')).toEqual([]);
  });

  test('a registry that has models gets no examples', async () => {
    const root = temporaryFolder();
    writeVersion(root, 'one', 1, addModel(1).bytes);
    const url = await postgres.createDatabase();
    const first = await startPlane(url);
    await pushModel(first, 'own', [addModel(1)]);
    await first.stop();
    const second = await start(url, { home: first.home, sources: { examples: [join(root, 'one')] } });
    expect(await versions(second, 'one')).toEqual([]);
  });
});

describe('https imports', () => {
  let server: Server;
  let port: number;
  let plane: RunningPlane;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const model = addModel(3);

  beforeAll(async () => {
    const certificate = selfSignedCertificate();
    setDefaultCACertificates([...getCACertificates('default'), certificate.cert]);
    server = createServer(certificate, (request, response) => answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    port = address === null || typeof address === 'string' ? 0 : address.port;
  });

  afterAll(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  async function begin(sources: Record<string, unknown> = {}, uploads: Record<string, unknown> = {}): Promise<void> {
    answer = (_request, response) => response.end(model.bytes);
    plane = await start(await postgres.createDatabase(), {
      sources: { httpsAllow: [`localhost:${port}/models`], ...sources },
      uploads,
    });
  }

  async function fetchModel(url: string, digest?: string) {
    return callEndpoint(plane.admin, importModel, { body: { model: 'fetched', url, sha256: digest } });
  }

  test('a model from an allowed address becomes a version', async () => {
    await begin();
    const url = `https://localhost:${port}/models/adder.onnx`;
    expect(await fetchModel(url, sha256(model.bytes))).toMatchObject({
      deployed: true,
      version: { version: 1, source: 'https', files: [{ path: 'model.onnx', sha256: sha256(model.bytes) }] },
    });
    const { items } = await callEndpoint(plane.admin, listAudit);
    expect(items.find((entry) => entry.action === 'version.create')?.detail).toMatchObject({ origin: url });
    await expect(fetchModel(url, sha256('something else'))).rejects.toMatchObject({ code: 'CHECKSUM_MISMATCH' });
  });

  test('what is not on the list is refused, redirects too', async () => {
    await begin();
    const refused = { code: 'SOURCE_NOT_ALLOWED' };
    await expect(fetchModel(`http://localhost:${port}/models/a.onnx`)).rejects.toMatchObject({
      ...refused,
      message: expect.stringContaining('only https://'),
    });
    await expect(fetchModel(`https://localhost:${port}/other/a.onnx`)).rejects.toMatchObject(refused);
    await expect(fetchModel(`https://localhost:${port}/models/../other/a.onnx`)).rejects.toMatchObject(refused);
    await expect(fetchModel(`https://user:pw@localhost:${port}/models/a.onnx`)).rejects.toMatchObject(refused);
    await expect(fetchModel('https://example.com/models/a.onnx')).rejects.toMatchObject(refused);
    for (const location of ['https://example.com/a.onnx', `http://localhost:${port}/models/b.onnx`, '/other']) {
      answer = (_request, response) => response.writeHead(302, { location }).end();
      await expect(fetchModel(`https://localhost:${port}/models/a.onnx`)).rejects.toMatchObject(refused);
    }
  });

  test('a redirect inside the list is followed, but not for ever', async () => {
    await begin();
    answer = (request, response) => {
      if (request.url === '/models/real.onnx') response.end(model.bytes);
      else response.writeHead(307, { location: 'real.onnx' }).end();
    };
    expect(await fetchModel(`https://localhost:${port}/models/a.onnx`)).toMatchObject({ version: { version: 1 } });
    answer = (_request, response) => response.writeHead(302, { location: '/models/again' }).end();
    await expect(fetchModel(`https://localhost:${port}/models/a.onnx`)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('redirected more than 5 times'),
    });
  });

  test('a name that leads to a private address is refused, unless its entry names a port', async () => {
    await begin({ httpsAllow: ['localhost', '127.0.0.1', '[::1]'] });
    for (const host of ['localhost', '127.0.0.1', '[::1]', '2130706433', '0x7f.1']) {
      await expect(fetchModel(`https://${host}/a.onnx`)).rejects.toMatchObject({
        code: 'SOURCE_NOT_ALLOWED',
        message: expect.stringContaining('has a private address'),
      });
    }
  });

  test('sizes, times and broken answers have an end', async () => {
    await begin({ httpsTimeoutMs: 1_000 }, { bytesMax: 10_000 });
    const url = `https://localhost:${port}/models/a.onnx`;
    answer = (_request, response) => response.writeHead(200, { 'content-length': '20000' }).end(Buffer.alloc(20_000));
    await expect(fetchModel(url)).rejects.toMatchObject({
      code: 'BODY_TOO_LARGE',
      message: expect.stringContaining('20000 bytes'),
    });
    answer = (_request, response) => response.writeHead(200).end(Buffer.alloc(20_000));
    await expect(fetchModel(url)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
    answer = (_request, response) => response.writeHead(404).end();
    await expect(fetchModel(url)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('status 404'),
    });
    answer = (_request, response) => {
      response.writeHead(200, { 'content-length': '5000' });
      response.write(Buffer.alloc(100));
      setTimeout(() => response.destroy(), 50);
    };
    await expect(fetchModel(url)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('broke off'),
    });
    answer = (_request, response) => void response.writeHead(200, { 'content-length': '5000' }).write('a');
    const beganMs = performance.now();
    await expect(fetchModel(url)).rejects.toMatchObject({
      code: 'SOURCE_UNREACHABLE',
      message: expect.stringContaining('within 1000 ms'),
    });
    expect(performance.now() - beganMs).toBeLessThan(6_000);
    answer = (_request, response) => response.end('no model');
    await expect(fetchModel(url)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
    expect(await versions(plane, 'fetched')).toEqual([]);
  });

  test('a list that cannot be read is refused at the start', async () => {
    await expect(
      startPlane('postgresql:///x', { sources: { httpsAllow: ['http://x y'] }, waitForDatabase: false }),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
