import { namesOf, type Severity, type Vulnerability } from './findings.ts';
import { statementFor, type VexStatement } from './vex.ts';
import { hasExpired, type Waiver } from './waivers.ts';

type Reason =
  | 'fix-available'
  | 'critical-without-fix'
  | 'waiver-expired'
  | 'waived'
  | 'not-affected'
  | 'below-the-line';

export interface Verdict {
  readonly finding: Vulnerability;
  readonly blocks: boolean;
  readonly reason: Reason;
  /** What it is, and what to do. */
  readonly sentence: string;
}

export interface Known {
  readonly waivers: readonly Waiver[];
  readonly vex: readonly VexStatement[];
  readonly now: Date;
}

interface Judgement {
  readonly verdicts: readonly Verdict[];
  /** Of a weakness that is not there: they can go. */
  readonly unusedWaivers: readonly Waiver[];
}

/**
 * What of all that was found keeps a release back.
 *
 * Critical blocks with a fix or without one; high, and what nobody has judged yet, where there is a fix; the rest is told.
 * What VEX says cannot hurt does not block; neither does a waiver's until its day is over, after which it blocks whatever
 * its severity is: somebody said that it would be mended by then.
 */
export function decide(findings: readonly Vulnerability[], known: Known): Judgement {
  const unused = known.waivers.filter((waiver) => !findings.some((finding) => isAbout(waiver, finding)));
  return { verdicts: findings.map((finding) => judge(finding, known)), unusedWaivers: unused };
}

function judge(finding: Vulnerability, { waivers, vex, now }: Known): Verdict {
  const what = `${finding.id} (${finding.severity}) in ${finding.package} ${finding.version}, ${finding.target}: ${finding.path}`;
  const verdict = (blocks: boolean, reason: Reason, rest: string): Verdict => ({
    finding,
    blocks,
    reason,
    sentence: `${what}. ${rest}`,
  });
  const stated = statementFor(finding, vex);
  if (stated?.status === 'not_affected' || stated?.status === 'fixed') {
    return verdict(false, 'not-affected', `VEX: ${stated.status.replace('_', ' ')}, ${stated.why}`);
  }
  const waiver = waivers.find((one) => isAbout(one, finding));
  if (waiver !== undefined) {
    return hasExpired(waiver, now)
      ? verdict(true, 'waiver-expired', `The waiver of ${waiver.owner} ended on ${waiver.expires}. ${wayOut(finding)}`)
      : verdict(false, 'waived', `Waived by ${waiver.owner} until ${waiver.expires}: ${waiver.reason}`);
  }
  if (finding.fixedIn !== null && isAtLeastHigh(finding.severity)) {
    return verdict(true, 'fix-available', wayOut(finding));
  }
  if (finding.severity === 'critical') return verdict(true, 'critical-without-fix', wayOut(finding));
  const advice = finding.fixedIn === null ? 'Nobody has mended it yet.' : upgrade(finding);
  return verdict(false, 'below-the-line', advice);
}

const isAbout = (waiver: Waiver, finding: Vulnerability): boolean =>
  waiver.package === finding.package && namesOf(finding).includes(waiver.id);

const isAtLeastHigh = (severity: Severity): boolean =>
  severity === 'high' || severity === 'critical' || severity === 'unknown';

const upgrade = ({ package: name, fixedIn, path }: Vulnerability): string =>
  `Upgrade ${name} to ${String(fixedIn)} in ${path}.`;

function wayOut(finding: Vulnerability): string {
  const { id, package: name, fixedIn } = finding;
  const entry = `write a waiver for ${id} of ${name} into security/waivers.yaml (reason, owner, a day when it ends)`;
  if (fixedIn !== null) return `${upgrade(finding)} If that cannot be done now, ${entry}.`;
  return `There is no fix: take ${name} out, say in security/vex why it cannot hurt here, or ${entry}.`;
}
