import { ClusterError } from '@cluster-ai/core/errors.ts';
import { grypeEnvironment, type Database } from '../databases.ts';
import { writeImageSbom } from '../images/image-sbom.ts';
import { readGrypeReport } from '../readers/grype-report.ts';
import { readTrivyReport } from '../readers/trivy-report.ts';
import { lastLines, runProgram } from '../run-program.ts';
import { scannerProgram, scannerVersion } from '../scanner-programs.ts';
import { done, type Outcome } from './check.ts';

/** A folder with lists of packages, or an image as a folder in the layout of OCI. */
export type Subject =
  | { readonly kind: 'tree'; readonly name: string; readonly folder: string }
  | {
      readonly kind: 'image';
      readonly name: string;
      readonly folder: string;
      readonly digest: string;
      /** Where its list of packages goes. */
      readonly sbom: string;
    };

const SCAN_TIMEOUT_MS = 900_000;

/** Packages that Trivy knows a weakness of. */
export async function scanWithTrivy(subject: Subject, database: Database): Promise<Outcome> {
  const quiet = ['--quiet', '--format', 'json', '--scanners', 'vuln', '--skip-version-check', '--disable-telemetry'];
  const offline = ['--cache-dir', database.folder, '--skip-db-update', '--skip-java-db-update', '--offline-scan'];
  const what = subject.kind === 'tree' ? ['fs', subject.folder] : ['image', '--input', subject.folder];
  const { code, stdout, stderr } = await runProgram(await scannerProgram('trivy'), [...what, ...quiet, ...offline], {
    timeoutMs: SCAN_TIMEOUT_MS,
  });
  if (code !== 0) throw new ClusterError('INTERNAL', `Trivy ended with ${code}: ${lastLines(stderr)}`);
  const detail = `Trivy ${scannerVersion('trivy')} with ${database.name}`;
  return done(`trivy: ${subject.name}`, detail, { vulnerabilities: readTrivyReport(stdout, subject.name) });
}

/**
 * Packages that Grype knows a weakness of. In an image it does not look for lists that lie there, as Trivy does: Syft,
 * which it is made with, looks for it.
 */
export async function scanWithGrype(subject: Subject, database: Database): Promise<Outcome> {
  if (subject.kind === 'image') await writeImageSbom(subject, subject.name, 'syft-json', subject.sbom);
  const what = subject.kind === 'tree' ? `dir:${subject.folder}` : `sbom:${subject.sbom}`;
  const { code, stdout, stderr } = await runProgram(
    await scannerProgram('grype'),
    [what, '--output', 'json', '--quiet'],
    { environment: grypeEnvironment(database), timeoutMs: SCAN_TIMEOUT_MS },
  );
  if (code !== 0) throw new ClusterError('INTERNAL', `Grype ended with ${code}: ${lastLines(stderr)}`);
  const detail = `Grype ${scannerVersion('grype')} with ${database.name}`;
  return done(`grype: ${subject.name}`, detail, { vulnerabilities: readGrypeReport(stdout, subject.name) });
}
