import { at, listAt, nameOf, podOf, textAt, type KubernetesObject } from './render.ts';

/** Secrets with their keys, and claims, that the pods of a scenario name. */
export function namedBy(objects: readonly KubernetesObject[]): string[] {
  const volumes = objects.flatMap((object) => listAt(podOf(object)?.spec, 'volumes'));
  const sources = volumes.flatMap((volume) => [
    ...listAt(volume, 'projected', 'sources').map((source) => at(source, 'secret')),
    at(volume, 'secret'),
  ]);
  const keys = sources.flatMap((source) => {
    const secret = textAt(source, 'name') || textAt(source, 'secretName');
    return listAt(source, 'items').map((item) => `Secret/${secret} ${textAt(item, 'key')}`);
  });
  const claims = volumes.map((volume) => textAt(volume, 'persistentVolumeClaim', 'claimName'));
  const classes = objects.map((object) => textAt(podOf(object)?.spec, 'runtimeClassName'));
  const named = (kind: string, names: readonly string[]): string[] =>
    names.filter((name) => name !== '').map((name) => `${kind}/${name}`);
  return [
    ...new Set([...keys, ...named('PersistentVolumeClaim', claims), ...named('RuntimeClass', classes)]),
  ].toSorted();
}

/** Secrets with their keys, and other objects, of a text. */
export const madeBy = (objects: readonly KubernetesObject[]): string[] =>
  objects.flatMap((object) =>
    object.kind === 'Secret'
      ? Object.keys(Object(at(object, 'stringData'))).map((key) => `${nameOf(object)} ${key}`)
      : [nameOf(object)],
  );
