import { at, listAt, nameOf, podOf, type KubernetesObject } from './render.ts';

/** Secrets with their keys, and claims, that the pods of a scenario name. */
export function namedBy(objects: readonly KubernetesObject[]): string[] {
  const volumes = objects.flatMap((object) => listAt(podOf(object)?.spec, 'volumes'));
  const sources = volumes.flatMap((volume) => [
    ...listAt(volume, 'projected', 'sources').map((source) => at(source, 'secret')),
    at(volume, 'secret'),
  ]);
  const keys = sources
    .filter((source) => source !== undefined)
    .flatMap((source) =>
      listAt(source, 'items').map(
        (item) => `Secret/${String(at(source, 'name') ?? at(source, 'secretName'))} ${String(at(item, 'key'))}`,
      ),
    );
  const claims = volumes
    .map((volume) => at(volume, 'persistentVolumeClaim', 'claimName'))
    .filter((name) => name !== undefined)
    .map((name) => `PersistentVolumeClaim/${String(name)}`);
  const classes = objects
    .map((object) => at(podOf(object)?.spec, 'runtimeClassName'))
    .filter((name) => name !== undefined)
    .map((name) => `RuntimeClass/${String(name)}`);
  return [...new Set([...keys, ...claims, ...classes])].toSorted();
}

/** Secrets with their keys, and other objects, of a text. */
export const madeBy = (objects: readonly KubernetesObject[]): string[] =>
  objects.flatMap((object) =>
    object.kind === 'Secret'
      ? Object.keys(Object(at(object, 'stringData'))).map((key) => `${nameOf(object)} ${key}`)
      : [nameOf(object)],
  );
