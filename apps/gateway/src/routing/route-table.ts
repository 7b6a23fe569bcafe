import { chooseVariant } from '@cluster-ai/core/routing/choose-variant.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { InferenceRequest } from '@cluster-ai/core/inference/request.ts';
import type { Random } from '@cluster-ai/core/ports/random.ts';
import type { SnapshotModel } from '@cluster-ai/contract/snapshot.ts';
import type { AutomaticBatching } from '../batching/automatic-batching.ts';
import type { Batcher } from '../batching/batcher.ts';
import type { ServedVersion } from '../configuration/serve-version.ts';
import type { VariantStats } from '../telemetry/variant-stats.ts';
import type { ModelExecutor } from '../execution/executor.ts';

/** A model version that is loaded here and may take this route's traffic. */
export interface ServingVariant {
  /** The model's id, `<name>@<version>`: what units are placed by. */
  readonly id: string;
  readonly weight: number;
  readonly model: SnapshotModel;
  readonly executor: ModelExecutor;
  readonly batcher: Batcher;
  /** Rows of one request at most; 0 where nobody has said. */
  readonly rowsPerRequestMax?: number;
  /** Words of its classes. */
  readonly labels?: ServedVersion['labels'];
  /** Present when its batches are picked for a latency objective. */
  readonly automatic?: Pick<AutomaticBatching, 'report'>;
  readonly stats: VariantStats;
}

/** A public name: what serves it now, and what it should be served by. */
export interface ActiveRoute {
  readonly name: string;
  /** Lower case. */
  readonly stickyHeader: string;
  readonly serving: readonly ServingVariant[];
  /** All versions that the snapshot wants behind this name, ready or not. */
  readonly wanted: readonly SnapshotModel[];
}

/** What a request says of who shall answer. */
export type RouteTarget = Pick<InferenceRequest, 'modelName' | 'modelVersion'> &
  Partial<Pick<InferenceRequest, 'parameters'>>;

/** The routes of the present moment. Replaced as a whole, so a request sees one state from start to end. */
export class RouteTable {
  private readonly random: Random;
  private routes: ReadonlyMap<string, ActiveRoute> = new Map();
  private unloaded: ReadonlySet<string> = new Set();

  constructor(random: Random) {
    this.random = random;
  }

  /** @param unloaded names that an operator has unloaded. */
  replace(routes: readonly ActiveRoute[], unloaded: readonly string[] = []): void {
    this.routes = new Map(routes.map((route) => [route.name, route]));
    this.unloaded = new Set(unloaded);
  }

  all(): ActiveRoute[] {
    return [...this.routes.values()];
  }

  /** Whether the name exists, also while nothing can be called behind it. */
  has(name: string): boolean {
    return this.routes.has(name) || this.unloaded.has(name);
  }

  get(name: string): ActiveRoute | undefined {
    return this.routes.get(name);
  }

  /** @throws ClusterError MODEL_NOT_FOUND in Triton's words; MODEL_NOT_READY for a name that is unloaded. */
  find(name: string): ActiveRoute {
    const route = this.get(name);
    if (route === undefined) {
      if (this.unloaded.has(name)) {
        throw new ClusterError(
          'MODEL_NOT_READY',
          `Request for unknown model: '${name}' has no available versions: it is unloaded`,
        );
      }
      throw new ClusterError('MODEL_NOT_FOUND', `Request for unknown model: '${name.slice(0, 200)}' is not found`);
    }
    return route;
  }

  /**
   * Decides who answers: the version that the client insists on, or one by weight, the same for the same unit.
   * @param headerOf reads a request header; the route names the one that carries the sticky unit.
   */
  choose(request: RouteTarget, headerOf: (name: string) => string | null): ServingVariant {
    const route = this.find(request.modelName);
    if (request.modelVersion !== null) return variantOfVersion(route, request.modelVersion);
    const unit = headerOf(route.stickyHeader) ?? sequenceUnit(request);
    const variant = chooseVariant(route.serving, unit, route.name, this.random);
    if (variant === null) throw notReady(route.name);
    return variant;
  }
}

/** The requests of a sequence meet the same version: its state is there. Zero, or no text, is no sequence, as in Triton. */
function sequenceUnit({ parameters }: RouteTarget): string | null {
  const id = parameters?.['sequence_id'];
  return id === undefined || id === 0 || id === 0n || id === '' ? null : `sequence ${id}`;
}

/** @throws ClusterError MODEL_NOT_FOUND for a version that the route does not have, MODEL_NOT_READY for one that is not loaded. */
export function variantOfVersion(route: ActiveRoute, version: string): ServingVariant {
  const variant = findVersion(route, version);
  if (variant !== undefined) return variant;
  if (route.wanted.some((model) => isVersion(model, version))) throw notReady(route.name, version);
  throw new ClusterError(
    'MODEL_NOT_FOUND',
    `Request for unknown model: '${route.name}' version ${version.slice(0, 40)} is not found`,
  );
}

export function findVersion(route: ActiveRoute, version: string): ServingVariant | undefined {
  return route.serving.find(({ model }) => isVersion(model, version));
}

/** `01` and `1` are the same version: clients format numbers in their own ways. */
function isVersion(model: SnapshotModel, version: string): boolean {
  return /^\d{1,9}$/.test(version) && model.version === Number(version);
}

function notReady(name: string, version?: string): ClusterError {
  const which = version === undefined ? '' : ` version ${version}`;
  return new ClusterError(
    'MODEL_NOT_READY',
    `Request for unknown model: '${name}'${which} has no available versions: it is loading or failed to load`,
    { retryAfterSeconds: 1 },
  );
}
