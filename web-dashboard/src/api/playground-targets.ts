import type { Model, ModelVersion } from '@cluster-ai/contract/api/models.ts';
import type { Route } from '@cluster-ai/contract/api/routes.ts';

/** A public name that can be called, with the version whose signature makes the form. */
export interface PlaygroundTarget {
  readonly route: string;
  readonly model: string;
  readonly version: ModelVersion;
  /** Versions that may answer, heaviest first: `90 % v2, 10 % v3`. */
  readonly variants: readonly { readonly version: number; readonly weight: number }[];
}

/** Routes that have at least one known version, by name. The heaviest variant's signature speaks for the route. */
export function playgroundTargets(models: readonly Model[], routes: readonly Route[]): PlaygroundTarget[] {
  return routes
    .toSorted((a, b) => a.name.localeCompare(b.name))
    .flatMap((route) => {
      const variants = route.variants.toSorted((a, b) => b.weight - a.weight);
      const first = variants[0];
      const version = models
        .find((model) => model.name === first?.model)
        ?.versions.find((entry) => entry.version === first?.version);
      return first === undefined || version === undefined
        ? []
        : [{ route: route.name, model: first.model, version, variants }];
    });
}
