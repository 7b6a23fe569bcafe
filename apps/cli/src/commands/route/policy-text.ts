import type { Route } from '@cluster-ai/contract/api/routes.ts';
import { renderFields, renderTable } from '../../output/table.ts';

/** A route as people read it: its policy in words, and what share each variant has. */
export function routeText(route: Route): string {
  const total = route.variants.reduce((sum, { weight }) => sum + weight, 0);
  return [
    renderFields({
      route: route.name,
      policy: policyText(route),
      revision: String(route.revision),
      'sticky header': route.stickyHeader,
      changed: `${route.updatedAt} by ${route.updatedBy}`,
    }),
    '',
    renderTable(
      ['MODEL', 'VERSION', 'WEIGHT', 'SHARE'],
      route.variants.map(({ model, version, weight }) => [
        model,
        String(version),
        String(weight),
        shareText(weight, total),
      ]),
    ),
  ].join('\n');
}

function policyText({ policy }: Route): string {
  return policy.kind === 'latest' ? `latest version of ${policy.model}` : 'split by weight';
}

function shareText(weight: number, total: number): string {
  return total === 0 ? '0 %' : `${Number(((weight / total) * 100).toFixed(2))} %`;
}
