import { z } from 'zod';
import type { Problem } from '../gate/findings.ts';

/** Format: gitleaks 8, "json" report. The secret itself is never read: gitleaks is told to leave it out. */
const report = z.array(
  z.object({
    RuleID: z.string(),
    Description: z.string(),
    File: z.string(),
    StartLine: z.number(),
    Commit: z.string().default(''),
  }),
);

/**
 * What gitleaks found, in our words.
 *
 * @param pathOf turns the path that gitleaks has seen into one that a reader knows
 * @throws ZodError when its report has another form
 */
export function readGitleaksReport(
  text: string,
  target: string,
  pathOf: (path: string) => string = (path) => path,
): Problem[] {
  return report.parse(JSON.parse(text)).map((one) => {
    const path = pathOf(one.File);
    const where = one.Commit === '' ? '' : `, since commit ${one.Commit.slice(0, 12)}`;
    return {
      kind: 'secret',
      id: one.RuleID,
      target,
      path,
      line: one.StartLine,
      sentence:
        `A secret in ${target}: ${path}, line ${one.StartLine}${where} (${one.RuleID}). Revoke it where it was made: ` +
        'taking the line out does not take it back. If it is none, name the path and why in security/gitleaks.toml.',
    };
  });
}
