import type { Outcome } from '../checks/check.ts';
import type { DatabaseKind } from '../databases.ts';
import { decide, type Known, type Verdict } from '../gate/decide.ts';
import { mergeVulnerabilities, type Problem } from '../gate/findings.ts';
import type { Waiver } from '../gate/waivers.ts';

/** Exit codes of make security-scan. */
export const exits = { passes: 0, blocks: 1, notJudged: 2 } as const;

export interface Report {
  readonly version: 1;
  readonly scannedAt: string;
  readonly database: DatabaseKind;
  readonly outcome: keyof typeof exits;
  readonly checks: readonly Pick<Outcome, 'name' | 'state' | 'detail'>[];
  readonly verdicts: readonly Verdict[];
  readonly problems: readonly Problem[];
  readonly unusedWaivers: readonly Waiver[];
}

/** Everything together: what blocks wins over what could not be judged, and nothing passes when a check has failed. */
export function makeReport(outcomes: readonly Outcome[], known: Known, database: DatabaseKind): Report {
  const findings = mergeVulnerabilities(outcomes.flatMap(({ vulnerabilities }) => vulnerabilities));
  const { verdicts, unusedWaivers } = decide(findings, known);
  const problems = outcomes.flatMap((one) => one.problems);
  const blocks = problems.length > 0 || verdicts.some((verdict) => verdict.blocks);
  const failed = outcomes.some(({ state }) => state === 'failed') || !outcomes.some(({ state }) => state === 'done');
  return {
    version: 1,
    scannedAt: known.now.toISOString(),
    database,
    outcome: blocks ? 'blocks' : failed ? 'notJudged' : 'passes',
    checks: outcomes.map(({ name, state, detail }) => ({ name, state, detail })),
    verdicts,
    problems,
    unusedWaivers,
  };
}

/** For people: each check, what blocks and what to do, what is told, and the end. */
export function describeReport(report: Report): string {
  const blocking = report.verdicts.filter(({ blocks }) => blocks);
  const told = report.verdicts.filter(({ blocks }) => !blocks);
  const count = blocking.length + report.problems.length;
  const ends: Readonly<Record<Report['outcome'], string>> = {
    passes: `The gate passes: nothing blocks, ${told.length} told.`,
    blocks: `The gate blocks: ${count} of what was found must not be shipped.`,
    notJudged: 'The gate could not judge everything: see what failed above. That is no pass.',
  };
  return [
    ...report.checks.map(({ name, detail }) => `${name}: ${detail}`),
    ...blocking.map(({ sentence }) => `BLOCKS  ${sentence}`),
    ...report.problems.map(({ sentence }) => `BLOCKS  ${sentence}`),
    ...told.map(({ sentence }) => `told    ${sentence}`),
    ...report.unusedWaivers.map(
      (one) =>
        `unused  The waiver for ${one.id} of ${one.package} is for nothing that this scan found: take it out, unless an image needs it that was not looked at.`,
    ),
    ...(report.database === 'fixture'
      ? ['Compared with a FIXTURE of five records: this says nothing about other weaknesses.']
      : []),
    ends[report.outcome],
  ].join('\n');
}
