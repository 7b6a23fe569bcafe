/** How a call ended, as its client saw it. */
export type CallEnd =
  | { readonly kind: 'answered' }
  /** An answer that is not the right one. */
  | { readonly kind: 'wrong'; readonly text: string }
  /** `documented`: in the form of the protocol, with a status (and where it has one a code) of the table of errors. */
  | { readonly kind: 'error'; readonly status: number; readonly documented: boolean; readonly text: string }
  /** No connection, or one that ended before the answer had come. */
  | { readonly kind: 'closed'; readonly text: string }
  /** Neither answer nor end within the client's time limit. */
  | { readonly kind: 'hung' };

/** One call, on the clock of `performance.now()`. */
export interface CallRecord {
  /** Whom it was sent to: `gateway-1`, `control`. */
  readonly target: string;
  /** For people: `iris JSON`, `PUT alias`. */
  readonly what: string;
  readonly sentMs: number;
  readonly endedMs: number;
  readonly end: CallEnd;
}

/** A prediction that showed which version answered, and what that version is. */
export interface Served {
  readonly target: string;
  readonly version: string;
  /** What the outputs say about the version's content. */
  readonly content: string;
}

/** A prediction sent to find out whether a key is accepted. */
export interface KeyProbe {
  readonly key: string;
  readonly target: string;
  readonly sentMs: number;
  readonly endedMs: number;
  readonly accepted: boolean;
}

/** What is known in the end about one thing that was to be written, however often it was sent. */
export interface WriteRecord {
  /** Every attempt's request id begins with it and a dot. */
  readonly id: string;
  /** What it changes: `alias adder/live`. */
  readonly resource: string;
  /** `set`: the resource has this value from then on. `add`: the resource is a collection, and this is in it once. */
  readonly effect: 'set' | 'add';
  readonly value: string;
  readonly startedMs: number;
  readonly endedMs: number;
  /** `refused`: every attempt was answered with an error that promises that nothing was written. */
  readonly outcome: 'acknowledged' | 'refused' | 'unknown';
  readonly attempts: number;
}

export interface ReadRecord {
  readonly resource: string;
  /** Null for a resource that does not exist. */
  readonly value: string | null;
  readonly sentMs: number;
  readonly endedMs: number;
}

/** Something that was broken on purpose, from the moment before it was until all was seen to be well again. */
export interface FaultRecord {
  readonly name: string;
  /** Targets of calls that may fail meanwhile; `feed:<gateway>` is the way of snapshots to a gateway. */
  readonly affects: readonly string[];
  readonly fromMs: number;
  /** Infinite while it lasts. */
  readonly toMs: number;
}

/** Everything that clients did and saw, and what was broken on purpose. */
export interface Ledger {
  readonly calls: CallRecord[];
  readonly served: Served[];
  readonly probes: KeyProbe[];
  readonly writes: WriteRecord[];
  readonly reads: ReadRecord[];
  readonly faults: FaultRecord[];
}

export function emptyLedger(): Ledger {
  return { calls: [], served: [], probes: [], writes: [], reads: [], faults: [] };
}

export type ViolationKind =
  | 'wrong answer'
  | 'no answer'
  | 'unclear error'
  | 'failure without a cause'
  | 'lost write'
  | 'doubled write'
  | 'state'
  | 'stale read'
  | 'revoked key accepted'
  | 'audit';

/** Something that must not be, in one sentence. */
export interface Violation {
  readonly kind: ViolationKind;
  readonly text: string;
}
