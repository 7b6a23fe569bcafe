import type { ChartValue } from './read-values.ts';

/** README.md of the chart: how to install it, and every value. */
export function chartReadme(
  values: readonly ChartValue[],
  scenarios: readonly { name: string; about: string }[],
): string {
  return `# Helm chart cluster-ai

<!-- Written by \`make manifests\` from values.yaml and ci/. Change those, then run it again. -->

Gateways, control plane and dashboard of Cluster AI, with PostgreSQL and Redis for small installations or with yours. [The guide](../../../docs/guides/kubernetes.md) leads from nothing to a prediction over HTTPS, through upgrades, rollback and removal.

\`\`\`sh
helm install cluster-ai deployments/helm/cluster-ai --namespace cluster-ai --create-namespace \\
  --set image.registry=registry.example.com/team --set hosts.dashboard=cluster-ai.example.com
\`\`\`

Nothing is published anywhere: build the images and push them to your registry first.

## Scenarios

Each of these files is installed by the tests, and is a place to begin: \`-f deployments/helm/cluster-ai/ci/small-values.yaml\`.

| file | what it is |
| --- | --- |
${scenarios.map(({ name, about }) => `| \`ci/${name}-values.yaml\` | ${cell(about)} |`).join('\n')}

## Values

${sections(values)}
`.replaceAll(/\n{3,}/g, '\n\n');
}

function sections(values: readonly ChartValue[]): string {
  const single = values.filter(({ parts }) => parts === null);
  const grouped = values.filter(({ parts }) => parts !== null);
  return [
    table(single),
    ...grouped.map((value) => `### ${value.path}\n\n${value.description}\n\n${table(leaves(value))}`),
  ].join('\n\n');
}

function leaves(value: ChartValue): ChartValue[] {
  return value.parts === null ? [value] : value.parts.flatMap(leaves);
}

function table(values: readonly ChartValue[]): string {
  const rows = values.map(
    ({ path, preset, description }) => `| \`${path}\` | \`${cell(JSON.stringify(preset))}\` | ${cell(description)} |`,
  );
  return ['| value | default | meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
