import type { RoutePolicy } from '@cluster-ai/contract/api/routes.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { RouteVariant } from '../../database/tables.ts';

/** The weight of a variant that has a route to itself. */
const wholeWeight = 100;

/**
 * What a policy means, given the versions that exist.
 * @param versionsOf the version numbers of a model; null when there is no such model.
 * @throws ClusterError MODEL_NOT_FOUND for what does not exist; INVALID_ARGUMENT for doubles and for a split without weight.
 */
export function resolvePolicy(
  policy: RoutePolicy,
  versionsOf: (model: string) => readonly number[] | null,
): RouteVariant[] {
  if (policy.kind === 'latest') {
    const versions = existing(policy.model, versionsOf);
    if (versions.length === 0) throw new ClusterError('MODEL_NOT_FOUND', `model '${policy.model}' has no version`);
    return [soleVariant(policy.model, Math.max(...versions))];
  }
  const seen = new Set<string>();
  for (const { model, version } of policy.variants) {
    if (!existing(model, versionsOf).includes(version)) {
      throw new ClusterError('MODEL_NOT_FOUND', `model '${model}' has no version ${version}`);
    }
    const key = `${model}@${version}`;
    if (seen.has(key)) {
      throw new ClusterError('INVALID_ARGUMENT', `version ${version} of model '${model}' is listed twice`);
    }
    seen.add(key);
  }
  if (policy.variants.every((variant) => variant.weight === 0)) {
    throw new ClusterError('INVALID_ARGUMENT', 'all weights are zero: at least one variant must take traffic');
  }
  return [...policy.variants];
}

/** A version that takes all the traffic of a route. */
export function soleVariant(model: string, version: number): RouteVariant {
  return { model, version, weight: wholeWeight };
}

/** The models that a policy names. */
export function modelsOf(policy: RoutePolicy): string[] {
  return policy.kind === 'latest' ? [policy.model] : [...new Set(policy.variants.map((variant) => variant.model))];
}

/** Equal policies mean the same to every request; the order of a split does not matter. */
export function samePolicy(a: RoutePolicy, b: RoutePolicy): boolean {
  return canonical(a) === canonical(b);
}

/** Whether two lists of variants share traffic alike; their order does not matter. */
export function sameVariants(a: readonly RouteVariant[], b: readonly RouteVariant[]): boolean {
  return variantsText(a) === variantsText(b);
}

function canonical(policy: RoutePolicy): string {
  return policy.kind === 'latest' ? `latest ${policy.model}` : `split ${variantsText(policy.variants)}`;
}

function variantsText(variants: readonly RouteVariant[]): string {
  return variants
    .map(({ model, version, weight }) => `${model}@${version}=${weight}`)
    .toSorted()
    .join(' ');
}

function existing(model: string, versionsOf: (model: string) => readonly number[] | null): readonly number[] {
  const versions = versionsOf(model);
  if (versions === null) throw new ClusterError('MODEL_NOT_FOUND', `there is no model '${model}'`);
  return versions;
}
