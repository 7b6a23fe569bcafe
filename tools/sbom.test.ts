import { readFileSync } from 'node:fs';
import ajv, { type ValidateFunction } from 'ajv';
import formats from 'ajv-formats';
import { beforeAll, describe, expect, it } from 'vitest';
import lockfile from '../package-lock.json' with { type: 'json' };
import pinnedNode from './bootstrap/pinned-node.json' with { type: 'json' };
import { fetchPackage } from './fetch-package.ts';
import { makeSbom, type Sbom } from './sbom.ts';

// The schemas of CycloneDX, as its own library holds them.
const schemas = {
  name: '@cyclonedx/cyclonedx-library',
  version: '10.3.0',
  integrity: 'sha512-RIT28sp1U0PCHaaeF3yNRwk6Jig/XJ8UsYAVOMYaHQ+0VVOvsjcp0PTWQFLUqJFF8XMud+Kdq6G+wtDAh+QJFA==',
};
const files = ['bom-1.5', 'spdx', 'jsf-0.82'].map((name) => `res/schema/${name}.SNAPSHOT.schema.json`);

/** The first time the schemas come over the network, for which the fetching itself has five minutes. */
const fetchWithinMs = 330_000;

describe('the list of what is shipped', () => {
  let sbom: Sbom;
  let isValid: ValidateFunction;

  beforeAll(async () => {
    sbom = makeSbom();
    const fetched = await fetchPackage(schemas, files);
    const [bom = {}, ...others] = files.map((path): object => JSON.parse(fetched.files.get(path)?.toString() ?? '{}'));
    const validator = new ajv.Ajv({ strict: false });
    // They name one another by their file.
    others.forEach((schema, index) => {
      const name = files[index + 1]?.replace('res/schema/', 'http://cyclonedx.org/schema/');
      validator.addSchema({ ...schema, $id: name }, name);
    });
    formats.default(validator);
    // Of forms that no other program of ours checks; both are rarely wrong.
    validator.addFormat('idn-email', true).addFormat('iri-reference', true);
    isValid = validator.compile(bom);
  }, fetchWithinMs);

  it('keeps the schema of CycloneDX 1.5', () => {
    expect({ isValid: isValid(sbom), errors: isValid.errors }).toEqual({ isValid: true, errors: null });
  });

  it('would not keep it with a component without a name, or a licence that does not exist', () => {
    const [first] = sbom.components;
    expect(isValid({ ...sbom, components: [{ ...first, name: undefined }] })).toBe(false);
    expect(isValid({ ...sbom, components: [{ ...first, licenses: [{ license: { id: 'Nonesuch-1.0' } }] }] })).toBe(
      false,
    );
  });

  it('has every npm package that runs, Node, PostgreSQL and the models, each with its hash', () => {
    const names = new Set(sbom.components.map(({ name, version }) => `${name}@${version}`));
    const running = Object.entries(lockfile.packages).flatMap(([place, entry]) => {
      const isOther = place.includes('node_modules/') && !('link' in entry) && !('dev' in entry);
      return isOther && !('peer' in entry) && !('devOptional' in entry) && 'version' in entry
        ? [`${place.slice(place.lastIndexOf('node_modules/') + 13)}@${entry.version}`]
        : [];
    });
    expect(running.length).toBeGreaterThan(50);
    expect(running.filter((name) => !names.has(name))).toEqual([]);
    expect(names).toContain(`node@${pinnedNode.version}`);
    expect([...names].filter((name) => name.startsWith('postgresql@'))).toHaveLength(1);
    const models = sbom.components.filter(({ type }) => type === 'machine-learning-model').map(({ name }) => name);
    expect(models.toSorted()).toEqual([
      'iris',
      'language',
      'mnist',
      'pp-ocr-angle',
      'pp-ocr-detection',
      'pp-ocr-recognition',
      'silero-vad',
    ]);
    expect(sbom.components.filter(({ hashes }) => hashes?.[0] === undefined)).toEqual([]);
    // Of the model, as NOTICE has it: the package that it comes in has another.
    const silero = /Silero Team\. (\w+) License/.exec(readFileSync(new URL('../NOTICE', import.meta.url), 'utf8'));
    expect(sbom.components.find(({ name }) => name === 'silero-vad')?.licenses).toEqual([
      { license: { id: silero?.[1] } },
    ]);
  });

  it('has nothing that only builds and tests', () => {
    const names = sbom.components.map(({ name }) => name);
    expect(
      names.filter((name) => ['vitest', 'playwright-core', 'axe-core', 'vite', 'typescript'].includes(name)),
    ).toEqual([]);
  });
});
