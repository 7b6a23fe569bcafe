import { globSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { otherRoutes, publicEndpoints } from '@cluster-ai/contract/api/other-routes.ts';
import type { OtherRoute } from '@cluster-ai/contract/api/other-routes.ts';

/** The page that this tool writes; a test holds it to the contract. */
export const accessPage = new URL('../docs/reference/access.md', import.meta.url);

const contractFolder = join(import.meta.dirname, '../packages/contract/src/api');

type RouteAccess = OtherRoute['access'];

const callers = ['anybody', 'this machine', 'key: infer', 'viewer', 'operator', 'admin', 'gateway'] as const;

/** In the order of the callers. */
const allowed: Readonly<Record<RouteAccess, readonly boolean[]>> = {
  open: [true, true, true, true, true, true, true],
  public: [true, true, true, true, true, true, true],
  read: [false, true, false, true, true, true, false],
  predict: [false, true, true, true, true, true, false],
  viewer: [false, false, false, true, true, true, false],
  operator: [false, false, false, false, true, true, false],
  admin: [false, false, false, false, false, true, false],
  gateway: [false, false, false, false, false, false, true],
};

/** Every endpoint of the contract, by path and method. */
async function readEndpoints(): Promise<Endpoint[]> {
  const files = globSync('*.ts', { cwd: contractFolder }).filter((file) => !file.endsWith('.test.ts'));
  const modules: object[] = await Promise.all(
    files.map((file) => import(pathToFileURL(join(contractFolder, file)).href)),
  );
  const endpoints = modules.flatMap((module) => Object.values(module).filter(isEndpoint));
  return [...new Map(endpoints.map((endpoint) => [endpoint.id, endpoint])).values()].toSorted((a, b) =>
    `${a.path} ${a.method}` < `${b.path} ${b.method}` ? -1 : 1,
  );
}

function isEndpoint(value: unknown): value is Endpoint {
  return typeof value === 'object' && value !== null && 'access' in value && 'answer' in value;
}

/** The reference page of who may call what. */
export async function renderAccessPage(): Promise<string> {
  const endpoints = await readEndpoints();
  const row = (method: string, path: string, access: RouteAccess, summary: string): string =>
    `| \`${method} ${path}\` | ${allowed[access].map((may) => (may ? 'yes' : '–')).join(' | ')} | ${summary} |`;
  const header = [`| Call | ${callers.join(' | ')} | |`, `| --- |${' :-: |'.repeat(callers.length)} --- |`];
  const isPublic = ({ access }: Endpoint): boolean => access === 'public';
  return [
    '# Who may call what',
    '',
    '<!-- Written by tools/generate-access-docs.ts from packages/contract/src/api. Change the contract, then run `make docs`. -->',
    '',
    'Of the front door: the control API, `/predict/*` and the pages. A role includes the ones before it. A key counts as the',
    'highest role among its actions (`read` viewer, `operate` operator, `admin` admin), never more than the person who made',
    'it, and one for some models may call only what names them. The admin token counts as admin. "This machine" is the',
    'loopback exemption: a program on it that brings no credential, unless `auth.loopback` is `required`.',
    '',
    'A credential that is wrong is refused everywhere, even where none is needed. Changes with the cookie of a session need',
    'the `x-csrf-token` of that session and a page of this front door as their origin.',
    '',
    '## With a credential',
    '',
    ...header,
    ...endpoints
      .filter((one) => !isPublic(one))
      .map(({ method, path, access, summary }) => row(method, path, access, summary)),
    ...otherRoutes
      .filter(({ access }) => access !== 'open')
      .map(({ method, path, access, summary }) => row(method, path, access, summary)),
    '',
    '## Without one',
    '',
    '| Call | | Why that is safe |',
    '| --- | --- | --- |',
    ...endpoints
      .filter(isPublic)
      .map(({ method, path, summary, id }) => `| \`${method} ${path}\` | ${summary} | ${publicEndpoints[id] ?? ''} |`),
    ...otherRoutes
      .filter(({ access }) => access === 'open')
      .map(({ method, path, summary }) => `| \`${method} ${path}\` | ${summary} | holds no secret |`),
    '',
  ].join('\n');
}

const isStartedDirectly = process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isStartedDirectly) writeFileSync(accessPage, await renderAccessPage());
