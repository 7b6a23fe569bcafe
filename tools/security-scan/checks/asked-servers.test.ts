import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askClair } from './clair.ts';
import { askSnyk } from './snyk.ts';

// Neither server can be had here: these hold the requests and answers to the forms that their makers describe.
const asked: { path: string; authorization: string | undefined; body: string }[] = [];
const layerDigest = `sha256:${'a'.repeat(64)}`;
const layout = {
  folder: '',
  digest: `sha256:${'b'.repeat(64)}`,
  layers: [{ mediaType: 'tar+gzip', digest: layerDigest }],
};
const answers: Readonly<Record<string, object>> = {
  '/v1/test/npm?org=ours': {
    ok: false,
    issues: {
      vulnerabilities: [
        {
          id: 'SNYK-JS-LODASH-1040724',
          title: 'Command Injection',
          severity: 'high',
          package: 'lodash',
          version: '4.17.20',
          fixedIn: ['4.17.21'],
          identifiers: { CVE: ['CVE-2021-23337'], GHSA: ['GHSA-35jh-r3h4-6jhm'] },
        },
      ],
      licenses: [],
    },
  },
  '/indexer/api/v1/index_report': { manifest_hash: layout.digest, state: 'IndexFinished' },
  [`/matcher/api/v1/vulnerability_report/${layout.digest}`]: {
    packages: { '7': { id: '7', name: 'libexpat1', version: '2.5.0-1' } },
    vulnerabilities: {
      '9': {
        name: 'CVE-2024-45491 on Debian 12',
        normalized_severity: 'Critical',
        fixed_in_version: '2.5.0-1+deb12u1',
      },
    },
    package_vulnerabilities: { '7': ['9'] },
  },
};

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString('utf8');
}

async function answerTo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await bodyOf(request);
  asked.push({ path: request.url ?? '', authorization: request.headers.authorization, body });
  const answer = answers[request.url ?? ''];
  response.writeHead(answer === undefined ? 403 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(answer ?? {}));
}

describe('servers that are asked where there are some', () => {
  let folder: string;
  let base: string;
  const server = createServer((request, response) => {
    void answerTo(request, response);
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'asked-servers-'));
    await writeFile(join(folder, 'package.json'), '{"name":"one"}');
    await writeFile(join(folder, 'package-lock.json'), '{"lockfileVersion":3}');
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  });

  afterAll(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  it('are said not to have been asked without a token or an address, and count as nothing', async () => {
    expect(await askSnyk(folder, {})).toMatchObject({ state: 'not-run', detail: 'not run: SNYK_TOKEN is not set' });
    expect(await askClair('docker://registry/name', layout, {})).toMatchObject({ state: 'not-run' });
    expect(await askClair('oci:folder', layout, { CLAIR_URL: base })).toMatchObject({
      state: 'not-run',
      detail: expect.stringContaining('from a registry'),
    });
  });

  it('Snyk gets the lockfile with the token, and what it finds has the number of CVE', async () => {
    const outcome = await askSnyk(folder, { SNYK_TOKEN: 'of-a-test', SNYK_ORG: 'ours', SNYK_API: base });
    expect(outcome.vulnerabilities).toEqual([
      expect.objectContaining({ id: 'CVE-2021-23337', package: 'lodash', fixedIn: '4.17.21', severity: 'high' }),
    ]);
    const request = asked.find(({ path }) => path.startsWith('/v1/test/npm'));
    expect(request?.authorization).toBe('token of-a-test');
    expect(JSON.parse(request?.body ?? '')).toEqual({
      encoding: 'plain',
      files: { target: { contents: '{"name":"one"}' }, additional: [{ contents: '{"lockfileVersion":3}' }] },
    });
  });

  it('a refusal of Snyk is no clean answer', async () => {
    await expect(askSnyk(folder, { SNYK_TOKEN: 'of-a-test', SNYK_ORG: 'theirs', SNYK_API: base })).rejects.toThrow(
      'Snyk answered 403',
    );
  });

  it('Clair is told where the layers are, and its findings are joined with their packages', async () => {
    const outcome = await askClair('docker://registry.example/cluster-ai/gateway@sha256:1', layout, {
      CLAIR_URL: base,
    });
    expect(outcome.vulnerabilities).toEqual([
      expect.objectContaining({
        id: 'CVE-2024-45491',
        package: 'libexpat1',
        fixedIn: '2.5.0-1+deb12u1',
        severity: 'critical',
      }),
    ]);
    const request = asked.find(({ path }) => path.startsWith('/indexer'));
    expect(JSON.parse(request?.body ?? '')).toEqual({
      hash: layout.digest,
      layers: [{ hash: layerDigest, uri: `https://registry.example/v2/cluster-ai/gateway/blobs/${layerDigest}` }],
    });
  });
});
