import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { Problem } from '@cluster-ai/contract/api/problem.ts';
import { listModels } from '@cluster-ai/contract/api/models.ts';
import { listRoutes } from '@cluster-ai/contract/api/routes.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { mockOverview, scenarios, type Scenario } from './fleet.ts';
import { mockModels, mockRoutes } from './models.ts';
import { mockPredict } from './predict.ts';

/** The policy of the front door: what the built dashboard has to live with. */
const contentSecurityPolicy =
  "default-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";

const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

export interface MockServer {
  readonly url: string;
  readonly setScenario: (scenario: Scenario) => void;
  readonly close: () => Promise<void>;
}

/**
 * A control plane in appearance only, for working on the dashboard and for its tests. Every answer is checked against
 * the contract before it leaves.
 * @param options.dist folder with the built dashboard; without it only the API answers.
 */
export async function startMockServer(options: { readonly port: number; readonly dist?: string }): Promise<MockServer> {
  let scenario: Scenario = 'normal';
  const server = createServer((request, response) => {
    void answer(request, response);
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://mock');
    const chosen = scenarios.find((name) => pathname === `/mock/scenario/${name}`);
    if (chosen !== undefined && request.method === 'PUT') {
      scenario = chosen;
      sendJson(response, 200, { scenario });
      return;
    }
    const model = /^\/predict\/v2\/models\/([^/]+)\/infer$/.exec(pathname)?.[1];
    if (model !== undefined) {
      const { status, headers, body } = mockPredict(decodeURIComponent(model), await readBody(request));
      response.writeHead(status, headers).end(body);
      return;
    }
    if (pathname.startsWith('/api/')) sendApi(response, pathname, scenario);
    else await sendFile(response, options.dist, pathname);
  }

  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve));
  // A TCP server that listens has an AddressInfo; only pipes have a string.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    setScenario: (next) => {
      scenario = next;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function sendApi(response: ServerResponse, pathname: string, scenario: Scenario): void {
  if (scenario === 'refusing') {
    sendJson(response, 503, databaseProblem);
    return;
  }
  const isEmpty = scenario === 'empty';
  const answers: Readonly<Record<string, () => unknown>> = {
    [getOverview.path]: () => getOverview.answer.parse(mockOverview(scenario, Date.now())),
    [listModels.path]: () => listModels.answer.parse({ items: isEmpty ? [] : mockModels, next: null }),
    [listRoutes.path]: () => listRoutes.answer.parse({ items: isEmpty ? [] : mockRoutes, next: null }),
  };
  const make = answers[pathname];
  if (make === undefined) sendJson(response, 404, { error: 'the mock does not have this' });
  else sendJson(response, 200, make());
}

const databaseProblem: Problem = {
  type: 'about:blank',
  title: 'The database cannot be reached; nothing was written.',
  status: 503,
  detail: 'the database does not answer',
  code: 'DATABASE_UNAVAILABLE',
  requestId: 'mock-1',
  fix: 'check that PostgreSQL runs',
};

async function sendFile(response: ServerResponse, dist: string | undefined, pathname: string): Promise<void> {
  if (dist === undefined) {
    sendJson(response, 404, { error: 'the mock was started without a built dashboard' });
    return;
  }
  const path = extname(pathname) === '' ? '/index.html' : normalize(pathname);
  try {
    const bytes = await readFile(join(dist, path));
    response.writeHead(200, {
      'content-type': mediaTypes[extname(path)] ?? 'application/octet-stream',
      'content-security-policy': contentSecurityPolicy,
    });
    response.end(bytes);
  } catch (thrown) {
    sendJson(response, 404, { error: String(thrown) });
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
