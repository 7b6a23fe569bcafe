import { stateText } from '@cluster-ai/cli/commands/model/state-text.ts';
import type { ModelVersion } from '@cluster-ai/contract/api/models.ts';

/**
 * Whether a model that is there can be asked, by what `cluster-ai model show -o json` says of it.
 * @returns a sentence for people with it.
 */
export function whetherServed(
  name: string,
  versions: readonly Pick<ModelVersion, 'version' | 'observed'>[],
): { readonly served: boolean; readonly text: string } {
  const isReady = ({ observed }: Pick<ModelVersion, 'observed'>): boolean =>
    observed.some(({ state }) => state === 'READY');
  if (versions.some(isReady)) return { served: true, text: `${name} is served already` };
  const [newest] = versions;
  const state = newest === undefined ? 'it has no version' : `version ${newest.version} is ${stateText(newest)}`;
  const isLoading = newest?.observed.some((each) => each.state === 'LOADING') === true;
  const fix = isLoading
    ? 'Try again in a moment.'
    : `Look at it with cluster-ai model show ${name}, delete it with cluster-ai model delete ${name}, and try again.`;
  return { served: false, text: `${name} is there, but not served: ${state}. ${fix}` };
}
