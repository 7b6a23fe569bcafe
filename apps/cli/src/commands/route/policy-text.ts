import type { Route } from '@cluster-ai/contract/api/routes.ts';
import { renderFields, renderTable } from '../../output/table.ts';
import { diffVariants, percent } from './variant-diff.ts';

/** A route as people read it: its policy in words, and what share each variant has. */
export function routeText(route: Route): string {
  const shares = diffVariants([], route.variants);
  return [
    renderFields({
      route: route.name,
      policy: policyText(route.policy),
      ...(route.unloaded === true ? { state: `unloaded; cluster-ai route load ${route.name} brings it back` } : {}),
      revision: String(route.revision),
      'sticky header': route.stickyHeader,
      changed: `${route.updatedAt} by ${route.updatedBy}`,
    }),
    '',
    renderTable(
      ['MODEL', 'VERSION', 'WEIGHT', 'SHARE'],
      route.variants.map(({ model, version, weight }, index) => [
        model,
        String(version),
        String(weight),
        percent(shares[index]?.after ?? 0),
      ]),
    ),
  ].join('\n');
}

export function policyText(policy: Route['policy']): string {
  return policy.kind === 'latest' ? `latest version of ${policy.model}` : 'split by weight';
}

/** The variants on one line: `iris@1 90 %, iris@2 10 %`. */
export function sharesText(variants: Route['variants']): string {
  return diffVariants([], variants)
    .map(({ model, version, after }) => `${model}@${version} ${percent(after)}`)
    .join(', ');
}
