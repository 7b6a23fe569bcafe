import type { Memory } from '../bench/process-tree.ts';
import type { Wire } from '../bench/scenarios.ts';
import type { PeerModel } from './peers.ts';

/** A server that runs: another's, or ours. */
export interface RunningServer {
  readonly url: string;
  readonly path: (model: PeerModel) => string;
  /** From the start of its process to its first right answer of every model, milliseconds. */
  readonly coldStartMs: number;
  /** How the model's numbers are sent, in turn. */
  readonly wires: (model: PeerModel) => readonly Exclude<Wire, 'gRPC'>[];
  memory(): Memory;
  stop(): Promise<void>;
}
