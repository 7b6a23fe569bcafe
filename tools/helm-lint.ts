import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { kubernetesTools } from './kubernetes-tools.ts';

// The door `make helm-lint`: helm's own rules over the chart, once with each scenario of ci/.

const chart = join(import.meta.dirname, '../deployments/helm/cluster-ai');
const { helm } = await kubernetesTools();
const scenarios = readdirSync(join(chart, 'ci')).filter((name) => name.endsWith('-values.yaml'));
let failed = 0;
for (const scenario of scenarios) {
  const args = ['lint', '--strict', '--quiet', chart, '--values', join(chart, 'ci', scenario)];
  const { status, stdout, stderr } = spawnSync(helm, args, { encoding: 'utf8' });
  if (status === 0) continue;
  failed += 1;
  console.error(`${scenario}:\n${stdout}${stderr}`);
}
console.log(`${scenarios.length} scenarios linted, ${failed} failed.`);
process.exitCode = failed === 0 && scenarios.length > 0 ? 0 : 1;
