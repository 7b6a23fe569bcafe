/** What a child is to do. */
export interface ChildOrder {
  readonly targetFile: string;
  readonly seed: number;
  readonly seconds: number;
  readonly runsMax: number;
  /** Different failures after which it ends: a target in which everything is wrong must not fill the disk. */
  readonly findingsMax: number;
  readonly guided: boolean;
  /** Folders whose inputs it begins with. */
  readonly corpusFolders: readonly string[];
  /** Where what was learnt is kept, reduced; null for nowhere. */
  readonly keepFolder: string | null;
  /** The file in which the present input always stands. */
  readonly journal: string;
}

export interface FindingMessage {
  readonly kind: 'finding';
  readonly name: string;
  readonly message: string;
  readonly executions: number;
  /** Base64. */
  readonly input: string;
}

export interface ResultMessage {
  readonly kind: 'result';
  readonly target: string;
  readonly executions: number;
  /** Of those, inputs that it began with. */
  readonly executionsAtStart: number;
  readonly seconds: number;
  readonly placesAtStart: number;
  readonly places: number;
  readonly placesInAll: number;
  readonly outcomesAtStart: number;
  readonly outcomes: number;
  readonly inputsAtStart: number;
  readonly inputs: number;
  readonly peakMib: number;
}

export type ChildMessage = FindingMessage | ResultMessage;
