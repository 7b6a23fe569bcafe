import type { GatewayBatching } from '@cluster-ai/contract/batching.ts';

/** What can be looked at, and what is. */
export interface Chosen {
  readonly entry: GatewayBatching;
  /** Newest first. */
  readonly versions: readonly number[];
  /** Those that serve the chosen version, by name. */
  readonly gateways: readonly string[];
}

/**
 * The version and the gateway that the address names; where it names none that there is, the version with the most
 * traffic, and a gateway that is connected.
 * @returns undefined when no gateway tells of the model
 */
export function chooseEntry(
  entries: readonly GatewayBatching[],
  wanted: { readonly version?: number | undefined; readonly gateway?: string | undefined },
  busiest: number | undefined,
): Chosen | undefined {
  const versions = [...new Set(entries.map(({ version }) => version))];
  const version = [wanted.version, busiest, versions[0]].find((one) => one !== undefined && versions.includes(one));
  const ofVersion = entries.filter((entry) => entry.version === version);
  const entry =
    ofVersion.find(({ gateway }) => gateway === wanted.gateway) ??
    ofVersion.find(({ connected }) => connected) ??
    ofVersion[0];
  return entry === undefined ? undefined : { entry, versions, gateways: ofVersion.map(({ gateway }) => gateway) };
}
