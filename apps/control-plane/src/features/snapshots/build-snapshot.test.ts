import { snapshotSchema } from '@cluster-ai/contract/snapshot.ts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { buildSnapshot } from './build-snapshot.ts';
import type { SnapshotSource } from './build-snapshot.ts';

const name = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,12}$/);
const digest = fc.stringMatching(/^[0-9a-f]{64}$/);

const model = fc.record({
  name,
  version: fc.integer({ min: 1, max: 20 }),
  digest,
  files: fc.uniqueArray(fc.record({ path: name, sha256: digest, size: fc.nat() }), {
    minLength: 1,
    maxLength: 4,
    selector: (file) => file.path,
  }),
  signature: fc.constant<SnapshotSource['models'][number]['signature']>({ inputs: [], outputs: [] }),
  settings: fc.constant({}),
});

/** A state as the tables can hold it: routes point at versions that exist, names are unique. */
const source: fc.Arbitrary<SnapshotSource> = fc
  .uniqueArray(model, { minLength: 1, maxLength: 8, selector: ({ name, version }) => `${name}@${version}` })
  .chain((models) =>
    fc.record({
      epoch: fc.uuid(),
      version: fc.nat(),
      createdAtMs: fc.nat(),
      models: fc.constant(models),
      routes: fc.uniqueArray(
        fc.record({
          name,
          stickyHeader: fc.constant('x-cluster-ai-unit'),
          unloaded: fc.boolean(),
          variants: fc
            .subarray(models, { minLength: 1 })
            .map((used) => used.map(({ name, version }, index) => ({ model: name, version, weight: index }))),
        }),
        { maxLength: 5, selector: (route) => route.name },
      ),
      tokenIssuers: fc.uniqueArray(fc.record({ id: fc.uuid(), publicKey: fc.constant('A'.repeat(43)) }), {
        maxLength: 3,
        selector: (issuer) => issuer.id,
      }),
      keys: fc.uniqueArray(
        fc.record({
          id: name,
          sha256: digest,
          actions: fc.constant(['infer' as const]),
          models: fc.option(fc.array(name, { minLength: 1, maxLength: 2 })),
          ratePerSecond: fc.constant(null),
          burst: fc.constant(null),
          dailyQuota: fc.option(fc.integer({ min: 1 })),
          expiresAtMs: fc.constant(null),
        }),
        { maxLength: 3, selector: (key) => key.id },
      ),
    }),
  );

test('a snapshot is valid, and holds exactly the versions that its routes use', () => {
  fc.assert(
    fc.property(source, (state) => {
      const snapshot = buildSnapshot(state);
      expect(snapshotSchema.parse(snapshot)).toEqual(snapshot);
      const used = new Set(snapshot.routes.flatMap((route) => route.variants.map((variant) => variant.modelId)));
      expect(new Set(snapshot.models.map((entry) => entry.id))).toEqual(used);
      const { loaded = [], unloaded = [] } = Object.groupBy(state.routes, (route) =>
        route.unloaded ? 'unloaded' : 'loaded',
      );
      expect(snapshot.routes).toHaveLength(loaded.length);
      expect(snapshot.unloaded ?? []).toHaveLength(unloaded.length);
    }),
  );
});

test('the order in which rows were read does not show', () => {
  fc.assert(
    fc.property(source, (state) => {
      const reversed = {
        ...state,
        models: state.models.toReversed().map((entry) => Object.assign({}, entry, { files: entry.files.toReversed() })),
        routes: state.routes
          .toReversed()
          .map((route) => Object.assign({}, route, { variants: route.variants.toReversed() })),
        keys: state.keys.toReversed(),
        tokenIssuers: state.tokenIssuers.toReversed(),
      };
      expect(JSON.stringify(buildSnapshot(reversed))).toBe(JSON.stringify(buildSnapshot(state)));
    }),
  );
});
