import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { streamEvents } from '@cluster-ai/contract/api/events.ts';
import { getOverview } from '@cluster-ai/contract/api/system.ts';
import { auditEndpoints } from './api/audit.ts';
import { keyEndpoints } from './api/keys.ts';
import { modelEndpoints } from './api/models.ts';
import { routeEndpoints } from './api/routes.ts';
import { sessionEndpoints } from './api/session.ts';
import { settingEndpoints } from './api/settings.ts';
import { systemEndpoints } from './api/system.ts';
import { uploadEndpoints } from './api/uploads.ts';
import { userEndpoints } from './api/users.ts';
import { answerCall, sendJson, type MockEndpoint } from './endpoint.ts';
import { mockOverview, scenarios, type Scenario } from './fleet.ts';
import { mockPredict } from './predict.ts';
import { callers, type Caller, type MockState } from './state.ts';

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

const endpoints: readonly MockEndpoint[] = [
  ...sessionEndpoints,
  ...systemEndpoints,
  ...modelEndpoints,
  ...uploadEndpoints,
  ...routeEndpoints,
  ...keyEndpoints,
  ...userEndpoints,
  ...auditEndpoints,
  ...settingEndpoints,
];

export interface MockServer {
  readonly url: string;
  readonly setScenario: (scenario: Scenario) => void;
  readonly setWho: (who: Caller) => void;
  readonly close: () => Promise<void>;
}

/**
 * A control plane in appearance only, for working on the dashboard and for its tests. Every answer is checked against
 * the contract before it leaves.
 * @param options.dist folder with the built dashboard; without it only the API answers.
 */
export async function startMockServer(options: { readonly port: number; readonly dist?: string }): Promise<MockServer> {
  const state: MockState = { scenario: 'normal', who: 'admin' };
  const server = createServer((request, response) => {
    void answer(request, response, state, options.dist);
  });
  await new Promise<void>((resolve) => server.listen(options.port, '127.0.0.1', resolve));
  // A TCP server that listens has an AddressInfo; only pipes have a string.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    setScenario: (scenario) => {
      state.scenario = scenario;
    },
    setWho: (who) => {
      state.who = who;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  state: MockState,
  dist: string | undefined,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://mock');
  if (request.method === 'PUT' && pathname.startsWith('/mock/')) {
    state.scenario = scenarios.find((name) => pathname === `/mock/scenario/${name}`) ?? state.scenario;
    state.who = callers.find((name) => pathname === `/mock/who/${name}`) ?? state.who;
    sendJson(response, 200, state);
    return;
  }
  const model = /^\/predict\/v2\/models\/([^/]+)\/infer$/.exec(pathname)?.[1];
  if (model !== undefined) {
    const { status, headers, body } = mockPredict(decodeURIComponent(model), await readBody(request));
    response.writeHead(status, headers).end(body);
    return;
  }
  if (pathname === streamEvents.path && state.scenario !== 'refusing') {
    streamOverview(response, state);
    return;
  }
  if (pathname.startsWith('/api/')) {
    const { status, document, retryAfterSeconds } = answerCall(endpoints, request, await readBody(request), state);
    sendJson(response, status, document, retryAfterSeconds);
  } else await sendFile(response, dist, pathname);
}

/** The overview as events, as often as gateways report. */
function streamOverview(response: ServerResponse, state: MockState): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  const send = () => {
    const overview = getOverview.answer.parse(mockOverview(state.scenario, Date.now()));
    response.write(`event: overview\ndata: ${JSON.stringify(overview)}\n\n`);
  };
  send();
  const timer = setInterval(send, 2_000);
  response.on('close', () => clearInterval(timer));
}

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

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString('utf8');
}
