import { parse } from 'yaml';
import { z } from 'zod';

/** Services of the gateways in the compose file: one, or several with a number. */
const gatewayService = /^inference-gateway(?:-(\d+))?$/;
const gatewayHome = '/var/lib/cluster-ai';
const gatewayName = 'CLUSTER_AI_GATEWAY_NAME';
const canaryAlias = 'inference-gateway-canary';

const mount = z.union([z.string(), z.looseObject({ target: z.string() })]);
const serviceSchema = z.looseObject({
  environment: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])).default({}),
  networks: z.union([z.array(z.string()), z.record(z.string(), z.unknown())]).default([]),
  volumes: z.array(mount).default([]),
});
const projectSchema = z.looseObject({ services: z.record(z.string(), z.looseObject({})) });

export interface CanaryFile {
  /** The services that serve now. */
  readonly stable: readonly string[];
  readonly canary: readonly string[];
  /** Volumes of the canary, by their names in the file. */
  readonly volumes: readonly string[];
  /** A compose file to be read after the project's own. */
  readonly text: string;
}

/**
 * Makes the canary's services from those that serve: the same settings, limits and networks, another image, a name, a
 * home and an alias of their own. So the canary is tried as it will run, and nothing has to be kept in step by hand.
 *
 * @param resolved what `docker compose config` prints
 */
export function canaryFile(resolved: string, image: string): CanaryFile {
  const { services } = projectSchema.parse(parse(resolved));
  const stable = Object.keys(services)
    .filter((service) => gatewayService.test(service))
    .toSorted();
  const made = stable.map((service) => {
    const number = gatewayService.exec(service)?.[1] ?? '1';
    const name = `${canaryAlias}-${number}`;
    return { name, volume: `${name}-home`, service: canaryService(services[service], name, image) };
  });
  return {
    stable,
    canary: made.map(({ name }) => name),
    volumes: made.map(({ volume }) => volume),
    // Every compose reads JSON: it is YAML.
    text: JSON.stringify(
      {
        services: Object.fromEntries(made.map(({ name, service }) => [name, service])),
        volumes: Object.fromEntries(made.map(({ volume }) => [volume, {}])),
      },
      null,
      2,
    ),
  };
}

function canaryService(resolved: unknown, name: string, image: string): Record<string, unknown> {
  const { depends_on: _running, container_name: _own, build: _none, ...rest } = serviceSchema.parse(resolved);
  return {
    ...rest,
    image,
    environment: { ...rest.environment, [gatewayName]: name },
    networks: Object.fromEntries(networkNames(rest.networks).map((network) => [network, { aliases: [canaryAlias] }])),
    volumes: [...rest.volumes.filter((volume) => targetOf(volume) !== gatewayHome), `${name}-home:${gatewayHome}`],
  };
}

function networkNames(networks: readonly string[] | Record<string, unknown>): readonly string[] {
  return Array.isArray(networks) ? networks : Object.keys(networks);
}

function targetOf(volume: z.infer<typeof mount>): string | undefined {
  return typeof volume === 'string' ? volume.split(':')[1] : volume.target;
}
