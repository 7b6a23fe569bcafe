import type { ModelSettings } from '@cluster-ai/contract/manifest.ts';
import type { RoutePolicy } from '@cluster-ai/contract/api/routes.ts';
import { wantedVersions } from '@cluster-ai/core/model-configuration/version-policy.ts';
import type { RouteVariant } from '../../database/tables.ts';

/** Versions of one route that are loaded without traffic at most: each takes memory on every gateway. */
const extraVersionsMax = 32;

/**
 * The variants of a route that follows a model, with the further versions that the `version_policy` of the version that
 * serves wants: they can be called by their number, and take no other traffic.
 * @param present every version of the model.
 */
export function withPolicyVersions(
  policy: RoutePolicy,
  variants: readonly RouteVariant[],
  settings: ModelSettings | undefined,
  present: readonly number[],
): readonly RouteVariant[] {
  const versionPolicy = settings?.configuration?.versionPolicy ?? null;
  if (policy.kind !== 'latest' || versionPolicy === null) return variants;
  const serving = new Set(variants.map(({ version }) => version));
  const extra = wantedVersions(versionPolicy, present)
    .filter((version) => !serving.has(version))
    .slice(0, extraVersionsMax);
  return [...variants, ...extra.map((version) => ({ model: policy.model, version, weight: 0 }))];
}
