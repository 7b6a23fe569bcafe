import { isAbsolute, relative, sep } from 'node:path';

/** As package-lock.json has it under the folder of the package. */
interface LockedPackage {
  readonly version?: string;
  readonly license?: string;
  readonly integrity?: string;
}

/** `packages` of package-lock.json, by their folders. */
export type LockedPackages = Readonly<Record<string, LockedPackage>>;

interface Component {
  readonly type: 'library';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly object[];
  readonly hashes?: readonly object[];
}

/**
 * What a bundle was made of, as CycloneDX 1.5: in a bundle no scanner finds the packages by itself. The same bundle
 * always has the same list, so there is no time and no number in it.
 *
 * @param modules the files that went into it
 * @throws Error for a file of a package that the lockfile does not have
 */
export function bundleSbom(
  program: { readonly name: string; readonly version: string },
  modules: readonly string[],
  root: string,
  locked: LockedPackages,
): object {
  const places = new Set(modules.flatMap((module) => placeOf(module, root)));
  const components = [...places].toSorted().map((place) => {
    const found = locked[place];
    if (found === undefined) {
      throw new Error(`the bundle of ${program.name} has files of ${place}, which is not locked`);
    }
    return componentOf(place, found);
  });
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': program.name, ...program } },
    // Two places may hold the same version.
    components: [...new Map(components.map((one) => [one.purl, one])).values()],
  };
}

/** The folder of a package, as the lockfile writes it; none for files of our own and for what is no file. */
function placeOf(module: string, root: string): string[] {
  const path = (isAbsolute(module) ? relative(root, module) : module).split(sep).join('/');
  const [, place] = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
  return place === undefined ? [] : [place];
}

function componentOf(place: string, { version = '', license, integrity }: LockedPackage): Component {
  const name = place.slice(place.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const [, hash] = /^sha512-(.+)$/.exec(integrity ?? '') ?? [];
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    purl,
    ...(license === undefined
      ? {}
      : { licenses: [license.includes(' ') ? { expression: license } : { license: { id: license } }] }),
    ...(hash === undefined
      ? {}
      : { hashes: [{ alg: 'SHA-512', content: Buffer.from(hash, 'base64').toString('hex') }] }),
  };
}
