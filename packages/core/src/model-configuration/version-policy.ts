import type { VersionPolicy } from './model-configuration.ts';

/**
 * The versions that a policy wants, newest first: the first takes the calls without a version.
 * @param present the versions that there are.
 */
export function wantedVersions(policy: VersionPolicy | null, present: readonly number[]): number[] {
  const newestFirst = present.toSorted((a, b) => b - a);
  if (policy === null) return newestFirst.slice(0, 1);
  if (policy.kind === 'all') return newestFirst;
  if (policy.kind === 'latest') return newestFirst.slice(0, policy.count);
  return newestFirst.filter((version) => policy.versions.includes(version));
}
