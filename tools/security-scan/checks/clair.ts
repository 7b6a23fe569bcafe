import { ClusterError } from '@cluster-ai/core/errors.ts';
import { z } from 'zod';
import { severityOf, type Vulnerability } from '../gate/findings.ts';
import type { ImageLayout } from '../images/oci-layout.ts';
import { done, notRun, type Outcome } from './check.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const REQUEST_TIMEOUT_MS = 300_000;

/** Format: Clair v4 API, "VulnerabilityReport". */
const report = z.object({
  packages: z.record(z.string(), z.object({ id: z.string(), name: z.string(), version: z.string() })),
  vulnerabilities: z.record(
    z.string(),
    z.object({
      name: z.string(),
      description: z.string().default(''),
      normalized_severity: z.string().default('Unknown'),
      fixed_in_version: z.string().default(''),
    }),
  ),
  package_vulnerabilities: z.record(z.string(), z.array(z.string())),
});

/**
 * Asks a Clair server about an image, where there is one. Clair fetches the layers itself, so the image must be in a
 * registry that it reaches.
 */
export async function askClair(reference: string, layout: ImageLayout, environment: Environment): Promise<Outcome> {
  const name = `clair: ${reference}`;
  const base = environment['CLAIR_URL']?.replace(/\/$/, '');
  if (base === undefined || base === '') return notRun(name, 'CLAIR_URL is not set');
  const [, registry, repository] = /^docker:\/\/([^/]+)\/([^@]+?)(?::[^:/@]+)?(?:@.*)?$/.exec(reference) ?? [];
  if (registry === undefined || repository === undefined) {
    return notRun(
      name,
      'Clair fetches layers from a registry, and this image is in none (docker://registry/name@sha256:…)',
    );
  }
  const scheme = environment['CLAIR_REGISTRY_SCHEME'] ?? 'https';
  const indexed = await fetch(`${base}/indexer/api/v1/index_report`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      hash: layout.digest,
      layers: layout.layers.map(({ digest }) => ({
        hash: digest,
        uri: `${scheme}://${registry}/v2/${repository}/blobs/${digest}`,
      })),
    }),
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  if (!indexed.ok) throw new ClusterError('SOURCE_UNREACHABLE', `Clair's indexer answered ${indexed.status}`);
  const answer = await fetch(`${base}/matcher/api/v1/vulnerability_report/${layout.digest}`, {
    signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS),
  });
  if (!answer.ok) throw new ClusterError('SOURCE_UNREACHABLE', `Clair's matcher answered ${answer.status}`);
  return done(name, 'Clair with its own feeds', {
    vulnerabilities: read(report.parse(await answer.json()), reference),
  });
}

function read(found: z.infer<typeof report>, target: string): Vulnerability[] {
  return Object.entries(found.package_vulnerabilities).flatMap(([place, names]) =>
    names.flatMap((name) => {
      const [one, of] = [found.vulnerabilities[name], found.packages[place]];
      if (one === undefined || of === undefined) return [];
      // Its names carry the number of CVE among other words: "CVE-2024-45491 on Debian 12".
      const id = /CVE-\d{4}-\d+/.exec(one.name)?.[0] ?? one.name;
      return {
        id,
        aliases: id === one.name ? [] : [one.name],
        title: one.description,
        severity: severityOf(one.normalized_severity),
        package: of.name,
        version: of.version,
        fixedIn: one.fixed_in_version === '' ? null : one.fixed_in_version,
        target,
        path: of.name,
        foundBy: ['clair'],
      };
    }),
  );
}
