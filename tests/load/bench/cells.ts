import type { BenchModel } from './bench-models.ts';
import type { Variant } from './variants.ts';
import type { Wire } from './scenarios.ts';

/** What is measured in each round: one load by so many clients, each of which asks again when it was answered. */
export interface Cell {
  readonly model: BenchModel;
  readonly wire: Wire;
  readonly variant: Variant;
  readonly clients: number;
}

const manyClients = [1, 32, 128];

function cells(model: BenchModel, wire: Wire, variant: Variant, clientCounts: readonly number[]): Cell[] {
  return clientCounts.map((clients) => ({ model, wire, variant, clients }));
}

/** All that is measured, in the order of a round. */
export const allCells: readonly Cell[] = [
  ...cells('iris', 'JSON', 'shared', manyClients),
  ...cells('iris', 'JSON', 'two gateways', [32, 128]),
  ...cells('iris', 'JSON', 'inline', manyClients),
  ...cells('iris', 'JSON', 'plain servers', [32]),
  ...cells('iris', 'JSON', 'unbatched', [1, 128]),
  ...cells('iris', 'binary', 'shared', [1]),
  ...cells('iris', 'binary', 'inline', [1]),
  ...cells('iris', 'gRPC', 'shared', manyClients),
  ...cells('iris', 'gRPC', 'inline', [1, 32]),
  ...cells('mnist', 'JSON', 'shared', manyClients),
  ...cells('mnist', 'binary', 'shared', manyClients),
  ...cells('mnist', 'binary', 'two gateways', [32]),
  ...cells('mnist', 'binary', 'inline', [1, 32]),
  ...cells('mnist', 'gRPC', 'shared', manyClients),
  ...cells('convolution', 'binary', 'shared', [1, 16, 128]),
  ...cells('convolution-two', 'binary', 'shared', [16]),
  ...cells('matrix', 'binary', 'shared', manyClients),
  ...cells('picture', 'JSON', 'shared', [1]),
  ...cells('picture', 'binary', 'shared', [1]),
];

/** Loads that do not wait: at these parts of what the closed loads reached. */
export const openLoadParts: readonly number[] = [0.5, 0.8, 0.95];

export const openLoadCells: readonly Omit<Cell, 'clients'>[] = [
  { model: 'iris', wire: 'JSON', variant: 'shared' },
  { model: 'mnist', wire: 'binary', variant: 'shared' },
  { model: 'mnist', wire: 'gRPC', variant: 'shared' },
];
