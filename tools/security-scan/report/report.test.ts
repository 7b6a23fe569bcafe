import { describe, expect, it } from 'vitest';
import { attempt, done, notRun, type Outcome } from '../checks/check.ts';
import type { Vulnerability } from '../gate/findings.ts';
import { describeReport, makeReport } from './report.ts';
import { toSarif } from './sarif.ts';

const known = { waivers: [], vex: [], now: new Date('2026-03-01T00:00:00Z') };
const lodash: Vulnerability = {
  id: 'CVE-2021-23337',
  aliases: [],
  title: 'command injection',
  severity: 'high',
  package: 'lodash',
  version: '4.17.20',
  fixedIn: '4.17.21',
  target: 'the tree',
  path: 'package-lock.json',
  foundBy: ['trivy'],
};
const secret = {
  kind: 'secret',
  id: 'github-pat',
  target: 'the history',
  path: 'a b.txt',
  line: 3,
  sentence: 'A secret.',
} as const;
const clean = done('trivy: the tree', 'Trivy with the feed of Trivy', {});
const outcomeOf = (...outcomes: readonly Outcome[]) => makeReport(outcomes, known, 'real').outcome;

describe('what the scan came to', () => {
  it('passes when something was looked at and nothing blocks', () => {
    expect(outcomeOf(clean, notRun('snyk', 'SNYK_TOKEN is not set'))).toBe('passes');
    expect(outcomeOf(done('grype', '', { vulnerabilities: [{ ...lodash, severity: 'low' }] }))).toBe('passes');
  });

  it('blocks for a weakness and for a secret, also beside a check that failed', async () => {
    const failed = await attempt('grype', () => Promise.reject(new Error('no feed')));
    expect(outcomeOf(failed, done('trivy', '', { vulnerabilities: [lodash] }))).toBe('blocks');
    expect(outcomeOf(done('secrets', '', { problems: [secret] }))).toBe('blocks');
  });

  it('is no pass when a check has failed, or when nothing was looked at', async () => {
    const failed = await attempt('grype', () => Promise.reject(new Error('no feed')));
    expect(failed.detail).toContain('failed: no feed');
    expect(outcomeOf(clean, failed)).toBe('notJudged');
    expect(outcomeOf(notRun('images', 'none was named'))).toBe('notJudged');
    expect(outcomeOf()).toBe('notJudged');
  });

  it('names the fixture wherever it is compared with one', () => {
    expect(describeReport(makeReport([clean], known, 'fixture'))).toContain('FIXTURE');
    expect(describeReport(makeReport([clean], known, 'real'))).not.toContain('FIXTURE');
    expect(JSON.stringify(toSarif(makeReport([clean], known, 'fixture')))).toContain('"database":"fixture"');
  });

  it('is SARIF with a rule for each result, and a place that a reader can open', () => {
    const report = makeReport(
      [done('all', '', { vulnerabilities: [lodash], problems: [secret] }), notRun('snyk', 'no token')],
      known,
      'real',
    );
    expect(toSarif(report)).toMatchObject({
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              rules: [{ id: 'CVE-2021-23337', properties: { 'security-severity': '8.0' } }, { id: 'github-pat' }],
            },
          },
          invocations: [{ executionSuccessful: true, toolExecutionNotifications: [{ level: 'note' }] }],
          results: [
            { ruleId: 'CVE-2021-23337', level: 'error' },
            {
              ruleId: 'github-pat',
              level: 'error',
              locations: [{ physicalLocation: { artifactLocation: { uri: 'a%20b.txt' }, region: { startLine: 3 } } }],
            },
          ],
        },
      ],
    });
  });
});
