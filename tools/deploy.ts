import { join } from 'node:path';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { addPart } from './deploy/add-part.ts';
import { later } from './deploy/parts.ts';
import { kubernetesTools } from './kubernetes-tools.ts';

// The doors `make …-deploy`: node tools/deploy.ts <part> [further words for helm upgrade].

const [part = '', ...further] = process.argv.slice(2);
try {
  // What is not there needs no helm to be said.
  const tools = later[part] === undefined ? await kubernetesTools() : { helm: '', kubectl: '' };
  const { HELM_RELEASE: release, NAMESPACE: namespace, MODELS_CLAIM: modelsClaim } = process.env;
  const output = addPart(part, {
    ...tools,
    root: join(import.meta.dirname, '..'),
    release: release === undefined || release === '' ? 'cluster-ai' : release,
    namespace: namespace === undefined || namespace === '' ? 'cluster-ai' : namespace,
    modelsClaim,
    further,
  });
  console.log(output);
} catch (error) {
  if (!(error instanceof ClusterError)) throw error;
  console.error(error.fix === undefined ? error.message : `${error.message}\n${error.fix}`);
  process.exitCode = 1;
}
