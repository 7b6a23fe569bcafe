import { chainStart, entryText } from './audit-entry.ts';
import type { AuditEntry, ChainHead } from './audit-entry.ts';
import { ChainProblems } from './chain-problems.ts';
import type { ChainProblem } from './chain-problems.ts';

export interface ChainCheckOptions {
  /** SHA-256 of the UTF-8 bytes of a text, lower-case hex. */
  readonly sha256: (text: string) => string;
  /** What is recorded beside the log: its last entry, and how many it has. */
  readonly recorded: ChainHead & { readonly count: number };
  /** An earlier head that somebody kept elsewhere. */
  readonly known: ChainHead | null;
  /** Problems that are told of at most, those with the lowest numbers. */
  readonly problemsMax: number;
}

export interface ChainReport {
  readonly entries: number;
  /** By number. */
  readonly problems: readonly ChainProblem[];
  readonly problemsTotal: number;
}

/** The place above the entry that is looked at, and what it says of that entry. */
interface Above {
  readonly id: number;
  /** Null above the first entry. */
  readonly hash: string | null;
  readonly previousHash: string;
  /** It is what was written here, as far as it and what stands above it tell. */
  readonly good: boolean;
}

/** A hash that an entry expected below it and that was not there: it may come further down. */
interface Lost {
  readonly hash: string;
  readonly aboveId: number;
  /** What was passed since. */
  readonly passed: number[];
  /** So many may be passed before the hash is given up. */
  readonly reach: number;
}

/** Entries that somebody may have put in between two others and that are told apart from altered ones. */
const insertedMax = 1_000;

/**
 * Checks a chain from its newest entry to its oldest, in constant memory. In this direction each entry is vouched for by
 * the one that was looked at before it, and the newest by what is recorded elsewhere; so what does not fit is named where
 * it stands, and what is below goes on being checked.
 */
export class ChainCheck {
  private readonly options: ChainCheckOptions;
  private readonly problems: ChainProblems;
  private above: Above;
  private lost: Lost[] = [];
  private entries = 0;
  private unrecorded = 0;
  private knownFound = false;

  constructor(options: ChainCheckOptions) {
    this.options = options;
    this.problems = new ChainProblems(options.sha256, options.problemsMax);
    const { id, hash } = options.recorded;
    this.above = { id: id + 1, hash: null, previousHash: hash, good: true };
  }

  /** Takes the next entry; numbers go down from call to call. */
  take(entry: AuditEntry): void {
    this.entries += 1;
    const sound = entry.hash === this.options.sha256(entryText(entry));
    if (!sound) this.problems.suspect(entry);
    const { recorded } = this.options;
    if (entry.id > recorded.id || entry.id < 1) {
      this.unrecorded += 1;
      this.problems.add('inserted', entry.id, `entry ${entry.id} is not among those that were recorded`);
      return;
    }
    this.compareKnown(entry);
    const { above } = this;
    const gap = above.id - entry.id > 1;
    const expected = this.wasLost(entry.id, sound ? entry.hash : null) || entry.hash === above.previousHash;
    // What stands above may be a copy of this very entry.
    const fits = expected || (sound && entry.hash === above.hash);
    this.name(entry, { sound, fits, gap });
    if (!fits) this.lose();
    for (const { passed } of this.lost) passed.push(entry.id);
    // Below a place that says nothing of it, an entry that is sound is where the check goes on from.
    const { id, hash, previousHash } = entry;
    this.above = { id, hash, previousHash, good: sound && (fits || gap || !above.good) };
  }

  /** To be called after the oldest entry. */
  end(): ChainReport {
    const { recorded, known } = this.options;
    const fits = this.wasLost(0, chainStart) || this.above.previousHash === chainStart;
    if (!fits && this.above.id > 1) this.problems.missing(1, this.above.id - 1);
    if (known !== null && !this.knownFound) {
      this.problems.add(
        'rewritten',
        known.id,
        `entry ${known.id}, which was noted earlier, is not in the log; its last entry is ${recorded.id}`,
      );
    }
    const { found, total } = this.problems.end();
    if (total === 0 && this.entries - this.unrecorded !== recorded.count) {
      const message = `the log has ${this.entries} entries, and ${recorded.count} were recorded`;
      const counted: ChainProblem = { kind: 'rewritten', id: recorded.id, lastId: recorded.id, message };
      return { entries: this.entries, problems: [counted], problemsTotal: 1 };
    }
    return { entries: this.entries, problems: found, problemsTotal: total };
  }

  private name(entry: AuditEntry, { sound, fits, gap }: { sound: boolean; fits: boolean; gap: boolean }): void {
    const { above, options } = this;
    if (!fits && gap) this.problems.missing(entry.id + 1, above.id - 1);
    if (!sound) {
      this.problems.add('altered', entry.id, `entry ${entry.id} is not what was written: its hash does not fit it`);
    } else if (!fits && !gap && above.good) {
      const witness =
        entry.id === options.recorded.id ? 'that is recorded as the last one' : `that entry ${above.id} follows`;
      this.problems.add('altered', entry.id, `entry ${entry.id} was written anew: its hash is not the one ${witness}`);
    }
  }

  /** Something stood in the place of this entry, or of the start of the chain, and its hash was expected further up. */
  private wasLost(id: number, hash: string | null): boolean {
    const lost = this.lost.find((each) => each.hash === hash);
    if (lost === undefined) {
      this.lost = this.lost.filter(({ passed, reach }) => passed.length < reach);
      return false;
    }
    // The entry stands under its own number, so whatever was passed was put in.
    this.problems.inserted(lost.passed, lost.aboveId, id);
    this.lost = [];
    return true;
  }

  private lose(): void {
    const { id, previousHash, good } = this.above;
    if (good && this.lost.some(({ reach }) => reach > 1)) return;
    // An entry that is bad itself is believed about its very neighbours alone.
    this.lost.push({ hash: previousHash, aboveId: id, passed: [], reach: good ? insertedMax : 1 });
  }

  private compareKnown(entry: AuditEntry): void {
    const { known } = this.options;
    if (known === null || entry.id !== known.id) return;
    this.knownFound = true;
    if (entry.hash === known.hash) return;
    this.problems.add(
      'rewritten',
      entry.id,
      `entry ${entry.id} has another hash than was noted earlier: it, or entries before it, were written anew`,
    );
  }
}
