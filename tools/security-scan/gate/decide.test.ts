import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, type Known } from './decide.ts';
import { mergeVulnerabilities, rank, severities, severityOf, type Vulnerability } from './findings.ts';
import type { VexStatement } from './vex.ts';
import type { Waiver } from './waivers.ts';

const now = new Date('2026-03-01T12:00:00Z');
const lodash: Vulnerability = {
  id: 'CVE-2021-23337',
  aliases: ['GHSA-35jh-r3h4-6jhm'],
  title: 'command injection',
  severity: 'high',
  package: 'lodash',
  version: '4.17.20',
  fixedIn: '4.17.21',
  target: 'the tree',
  path: 'package-lock.json',
  foundBy: ['trivy'],
};
const waiver: Waiver = {
  id: 'CVE-2021-23337',
  package: 'lodash',
  reason: 'templates come from our own files alone',
  owner: 'platform',
  expires: '2026-03-01',
};
const vex: VexStatement = {
  names: ['CVE-2021-23337'],
  products: [{ package: 'lodash', version: null }],
  status: 'not_affected',
  why: 'vulnerable code not in execute path',
  statedAt: 0,
};
const nothing: Known = { waivers: [], vex: [], now };
const verdictOf = (finding: Vulnerability, known: Known = nothing) => decide([finding], known).verdicts[0];

const anId = fc.constantFrom('CVE-2021-23337', 'CVE-2021-44906', 'CVE-2023-45853');
const aPackage = fc.constantFrom('lodash', 'minimist', 'zlib1g');
const aFinding = fc.record<Vulnerability>({
  id: anId,
  aliases: fc.constantFrom([], ['GHSA-35jh-r3h4-6jhm']),
  title: fc.constant('a title'),
  severity: fc.constantFrom(...severities),
  package: aPackage,
  version: fc.constantFrom('1.0.0', '2.0.0'),
  fixedIn: fc.constantFrom(null, '3.0.0'),
  target: fc.constantFrom('the tree', 'cluster-ai/gateway'),
  path: fc.constant('package-lock.json'),
  foundBy: fc.constantFrom(['trivy'], ['grype']),
});
const aWaiver = fc.record<Waiver>({
  id: anId,
  package: aPackage,
  reason: fc.constant('it is behind the front door'),
  owner: fc.constant('platform'),
  expires: fc.constantFrom('2026-02-28', '2026-03-01', '2026-05-01'),
});
const aStatement = fc.record<VexStatement>({
  names: anId.map((id) => [id]),
  products: aPackage.map((name) => [{ package: name, version: null }]),
  status: fc.constantFrom('not_affected', 'affected', 'fixed', 'under_investigation'),
  why: fc.constant('it is not there'),
  statedAt: fc.nat(5),
});
const aKnown = fc.record<Known>({ waivers: fc.array(aWaiver), vex: fc.array(aStatement), now: fc.constant(now) });

describe('the gate', () => {
  it('blocks what has a fix, and names the version and the file', () => {
    expect(verdictOf(lodash)).toMatchObject({ blocks: true, reason: 'fix-available' });
    expect(verdictOf(lodash)?.sentence).toContain('Upgrade lodash to 4.17.21 in package-lock.json.');
  });

  it.each([
    ['critical', null, true],
    ['high', null, false],
    ['unknown', null, false],
    ['critical', '2', true],
    ['high', '2', true],
    ['unknown', '2', true],
    ['medium', '2', false],
    ['low', '2', false],
    ['negligible', '2', false],
  ] as const)('%s, fixed in %s: blocks %s', (severity, fixedIn, blocks) => {
    expect(verdictOf({ ...lodash, severity, fixedIn })?.blocks).toBe(blocks);
  });

  it('lets a waiver hold until its day is over, and blocks the moment after', () => {
    const held = verdictOf(lodash, { ...nothing, waivers: [waiver], now: new Date('2026-03-01T23:59:59Z') });
    expect(held).toMatchObject({ blocks: false, reason: 'waived' });
    const over = verdictOf(lodash, { ...nothing, waivers: [waiver], now: new Date('2026-03-02T00:00:00Z') });
    expect(over).toMatchObject({ blocks: true, reason: 'waiver-expired' });
    expect(over?.sentence).toContain('ended on 2026-03-01');
  });

  it('knows a weakness by its other names', () => {
    const byAlias = { ...waiver, id: 'GHSA-35jh-r3h4-6jhm' };
    expect(verdictOf(lodash, { ...nothing, waivers: [byAlias] })?.reason).toBe('waived');
  });

  it('believes VEX for the package and version that it names, and its newest word', () => {
    expect(verdictOf(lodash, { ...nothing, vex: [vex] })?.reason).toBe('not-affected');
    const other = { ...vex, products: [{ package: 'lodash', version: '4.17.19' }] };
    expect(verdictOf(lodash, { ...nothing, vex: [other] })?.blocks).toBe(true);
    const newer: VexStatement = { ...vex, status: 'affected', statedAt: 1 };
    expect(verdictOf(lodash, { ...nothing, vex: [newer, vex] })?.blocks).toBe(true);
  });

  it('tells waivers that nothing needs', () => {
    expect(decide([], { ...nothing, waivers: [waiver] }).unusedWaivers).toEqual([waiver]);
    expect(decide([lodash], { ...nothing, waivers: [waiver] }).unusedWaivers).toEqual([]);
  });
});

describe('whatever is found', () => {
  it('is judged the same in any order and company', () => {
    fc.assert(
      fc.property(fc.array(aFinding), aKnown, (findings, known) => {
        const together = decide(findings, known).verdicts;
        expect(together).toEqual(findings.map((one) => verdictOf(one, known)));
      }),
    );
  });

  it('blocks no less when it is worse, or when a fix appears', () => {
    fc.assert(
      fc.property(aFinding, fc.constantFrom(...severities), aKnown, (finding, severity, known) => {
        if (verdictOf(finding, known)?.blocks !== true) return;
        const worse = rank(severity) >= rank(finding.severity) ? severity : finding.severity;
        // Without a fix only critical blocks: what is not judged yet and high are told alike.
        expect(verdictOf({ ...finding, severity: worse }, known)?.blocks).toBe(true);
        expect(verdictOf({ ...finding, fixedIn: '9.9.9' }, known)?.blocks).toBe(true);
      }),
    );
  });

  it('never blocks because of a waiver that holds or of a word that it cannot hurt', () => {
    fc.assert(
      fc.property(aFinding, (finding) => {
        const holding: Waiver = { ...waiver, id: finding.id, package: finding.package, expires: '2026-05-01' };
        const harmless: VexStatement = {
          ...vex,
          names: [finding.id],
          products: [{ package: finding.package, version: null }],
        };
        expect(verdictOf(finding, { ...nothing, waivers: [holding] })?.blocks).toBe(false);
        expect(verdictOf(finding, { ...nothing, vex: [harmless] })?.blocks).toBe(false);
      }),
    );
  });

  it('blocks with an expired waiver, whatever its severity', () => {
    fc.assert(
      fc.property(aFinding, (finding) => {
        const over: Waiver = { ...waiver, id: finding.id, package: finding.package, expires: '2026-02-28' };
        expect(verdictOf(finding, { ...nothing, waivers: [over] })).toMatchObject({
          blocks: true,
          reason: 'waiver-expired',
        });
      }),
    );
  });

  it('comes with a sentence that names it, and with a way out when it blocks', () => {
    fc.assert(
      fc.property(aFinding, aKnown, (finding, known) => {
        const { blocks = false, sentence = '' } = verdictOf(finding, known) ?? {};
        expect(sentence).toContain(`${finding.id} (${finding.severity}) in ${finding.package} ${finding.version}`);
        if (blocks) expect(sentence).toContain('security/waivers.yaml');
      }),
    );
  });

  it('is one finding when two scanners tell it, with the worst severity and the fix that either knows', () => {
    fc.assert(
      fc.property(aFinding, fc.constantFrom(...severities), (finding, severity) => {
        const told = [finding, { ...finding, severity, fixedIn: '3.0.0', foundBy: ['other'] }];
        const [one, ...others] = mergeVulnerabilities(told);
        expect(others).toEqual([]);
        expect(rank(one?.severity ?? 'negligible')).toBe(Math.max(rank(finding.severity), rank(severity)));
        expect(one?.fixedIn).toBe('3.0.0');
        expect(one?.foundBy).toContain('other');
      }),
    );
  });

  it('has a severity, whichever word a scanner has for it', () => {
    expect(['CRITICAL', 'Moderate', 'Negligible', 'Defcon1', 'nonsense'].map(severityOf)).toEqual([
      'critical',
      'medium',
      'negligible',
      'critical',
      'unknown',
    ]);
  });
});
