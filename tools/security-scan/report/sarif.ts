import type { Severity } from '../gate/findings.ts';
import type { Report } from './report.ts';

interface SarifResult {
  readonly ruleId: string;
  readonly level: 'error' | 'warning' | 'note';
  readonly message: { readonly text: string };
  readonly locations: readonly object[];
  readonly suppressions?: readonly object[];
}

/** GitHub sorts its list by this. */
const scores: Readonly<Record<Severity, string>> = {
  critical: '9.5',
  high: '8.0',
  unknown: '7.0',
  medium: '5.0',
  low: '2.0',
  negligible: '0.1',
};

const at = (path: string, line: number): object => ({
  physicalLocation: { artifactLocation: { uri: encodeURI(path) }, region: { startLine: Math.max(1, line) } },
});

/** Format: SARIF 2.1.0 (OASIS), with the properties that GitHub's code scanning reads. */
export function toSarif(report: Report): object {
  const results: SarifResult[] = [
    ...report.verdicts.map(({ finding, blocks, reason, sentence }) => ({
      ruleId: finding.id,
      level: blocks ? ('error' as const) : ('note' as const),
      message: { text: sentence },
      locations: [at(finding.path, 1)],
      ...(reason === 'waived' || reason === 'not-affected'
        ? { suppressions: [{ kind: 'external', justification: sentence }] }
        : {}),
    })),
    ...report.problems.map((problem) => ({
      ruleId: problem.id,
      level: 'error' as const,
      message: { text: problem.sentence },
      locations: [at(problem.path, problem.line)],
    })),
  ];
  const rules = new Map<string, object>();
  for (const { finding } of report.verdicts) {
    rules.set(finding.id, {
      id: finding.id,
      shortDescription: { text: finding.title === '' ? finding.id : finding.title },
      properties: { 'security-severity': scores[finding.severity], tags: ['security', 'vulnerability'] },
    });
  }
  for (const { id, kind } of report.problems) {
    rules.set(id, {
      id,
      shortDescription: { text: `${kind}: ${id}` },
      properties: { 'security-severity': scores.high, tags: ['security', kind] },
    });
  }
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'Cluster AI security-scan', version: String(report.version), rules: [...rules.values()] },
        },
        invocations: [
          {
            executionSuccessful: report.outcome !== 'notJudged',
            toolExecutionNotifications: report.checks
              .filter(({ state }) => state !== 'done')
              .map(({ name, state, detail }) => ({
                level: state === 'failed' ? 'error' : 'note',
                message: { text: `${name}: ${detail}` },
              })),
          },
        ],
        results,
        properties: { database: report.database },
      },
    ],
  };
}
