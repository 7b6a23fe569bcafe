import { z } from 'zod';
import { severityOf, type Vulnerability } from '../gate/findings.ts';

/** Format: Trivy, "JSON" report, schema version 2. */
const report = z.object({
  SchemaVersion: z.literal(2),
  Results: z
    .array(
      z.object({
        Target: z.string(),
        Vulnerabilities: z
          .array(
            z.object({
              VulnerabilityID: z.string(),
              VendorIDs: z.array(z.string()).optional(),
              PkgName: z.string(),
              PkgPath: z.string().optional(),
              InstalledVersion: z.string(),
              FixedVersion: z.string().optional(),
              Severity: z.string().default('UNKNOWN'),
              Title: z.string().default(''),
            }),
          )
          .optional(),
      }),
    )
    .optional(),
});

/** What Trivy found, in our words. @throws ZodError when its report has another form. */
export function readTrivyReport(text: string, target: string): Vulnerability[] {
  const { Results: results = [] } = report.parse(JSON.parse(text));
  return results.flatMap(({ Target: file, Vulnerabilities: found = [] }) =>
    found.map((one) => ({
      id: one.VulnerabilityID,
      aliases: one.VendorIDs ?? [],
      title: one.Title,
      severity: severityOf(one.Severity),
      package: one.PkgName,
      version: one.InstalledVersion,
      fixedIn: one.FixedVersion === undefined || one.FixedVersion === '' ? null : one.FixedVersion,
      target,
      path: one.PkgPath === undefined || one.PkgPath === '' ? file : one.PkgPath,
      foundBy: ['trivy'],
    })),
  );
}
