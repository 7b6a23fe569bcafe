import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import { severityOf, type Vulnerability } from '../gate/findings.ts';
import { done, notRun, type Outcome } from './check.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const REQUEST_TIMEOUT_MS = 120_000;

/** Format: Snyk API v1, "Test package.json & lockfile": POST /v1/test/npm. */
const answer = z.object({
  issues: z.object({
    vulnerabilities: z.array(
      z.object({
        id: z.string(),
        title: z.string().default(''),
        severity: z.string(),
        package: z.string(),
        version: z.string(),
        fixedIn: z.array(z.string()).default([]),
        identifiers: z
          .object({ CVE: z.array(z.string()).default([]), GHSA: z.array(z.string()).default([]) })
          .partial(),
      }),
    ),
  }),
});

/** Asks Snyk about the lockfile, where somebody has a token of it. */
export async function askSnyk(root: string, environment: Environment): Promise<Outcome> {
  const token = environment['SNYK_TOKEN'];
  if (token === undefined || token === '') return notRun('snyk', 'SNYK_TOKEN is not set');
  const base = environment['SNYK_API'] ?? 'https://api.snyk.io';
  const [target = '', lockfile = ''] = await Promise.all(
    ['package.json', 'package-lock.json'].map((name) => readFile(join(root, name), 'utf8')),
  );
  const organisation =
    environment['SNYK_ORG'] === undefined ? '' : `?org=${encodeURIComponent(environment['SNYK_ORG'])}`;
  const response = await fetch(`${base}/v1/test/npm${organisation}`, {
    method: 'POST',
    headers: { authorization: `token ${token}`, 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify({
      encoding: 'plain',
      files: { target: { contents: target }, additional: [{ contents: lockfile }] },
    }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  if (!response.ok) throw new ClusterError('SOURCE_UNREACHABLE', `Snyk answered ${response.status}`);
  const { issues } = answer.parse(await response.json());
  const vulnerabilities = issues.vulnerabilities.map(({ identifiers, ...one }): Vulnerability => {
    const names = [...(identifiers.CVE ?? []), ...(identifiers.GHSA ?? []), one.id];
    return {
      id: names[0] ?? one.id,
      aliases: names.slice(1),
      title: one.title,
      severity: severityOf(one.severity),
      package: one.package,
      version: one.version,
      fixedIn: one.fixedIn[0] ?? null,
      target: 'the tree',
      path: 'package-lock.json',
      foundBy: ['snyk'],
    };
  });
  return done('snyk', 'Snyk with its own feed', { vulnerabilities });
}
