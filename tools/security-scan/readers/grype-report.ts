import { z } from 'zod';
import { severityOf, type Vulnerability } from '../gate/findings.ts';

/** Format: Grype, "json" output. */
const report = z.object({
  matches: z.array(
    z.object({
      vulnerability: z.object({
        id: z.string(),
        severity: z.string().default('Unknown'),
        description: z.string().default(''),
        fix: z.object({ versions: z.array(z.string()).nullable().default([]), state: z.string() }),
      }),
      relatedVulnerabilities: z
        .array(z.object({ id: z.string() }))
        .nullable()
        .default([]),
      artifact: z.object({
        name: z.string(),
        version: z.string(),
        locations: z
          .array(z.object({ path: z.string() }))
          .nullable()
          .default([]),
      }),
    }),
  ),
});

/** What Grype found, in our words: it names GitHub's number first, we that of CVE. @throws ZodError when its report has another form. */
export function readGrypeReport(text: string, target: string): Vulnerability[] {
  return report.parse(JSON.parse(text)).matches.map(({ vulnerability, relatedVulnerabilities, artifact }) => {
    const names = [vulnerability.id, ...(relatedVulnerabilities ?? []).map(({ id }) => id)];
    const id = names.find((name) => name.startsWith('CVE-')) ?? vulnerability.id;
    return {
      id,
      aliases: [...new Set(names)].filter((name) => name !== id),
      title: vulnerability.description,
      severity: severityOf(vulnerability.severity),
      package: artifact.name,
      version: artifact.version,
      fixedIn: vulnerability.fix.versions?.[0] ?? null,
      target,
      path: artifact.locations?.[0]?.path.replace(/^\//, '') ?? artifact.name,
      foundBy: ['grype'],
    };
  });
}
