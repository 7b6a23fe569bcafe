import { entryText } from './audit-entry.ts';
import type { AuditEntry } from './audit-entry.ts';

export interface ChainProblem {
  readonly kind: 'altered' | 'missing' | 'moved' | 'inserted' | 'rewritten';
  /** The number of the entry; the first one of a range. */
  readonly id: number;
  /** The last number of the range; equal to `id` for one entry. */
  readonly lastId: number;
  /** One sentence. */
  readonly message: string;
}

/** Collects what a check finds while it goes down the numbers, and keeps the lowest ones. */
export class ChainProblems {
  private readonly sha256: (text: string) => string;
  private readonly max: number;
  /** Highest number first. */
  private found: ChainProblem[] = [];
  private dropped = 0;
  /** Entries whose hash does not fit them: they may have been written under another number. */
  private suspects: AuditEntry[] = [];

  constructor(sha256: (text: string) => string, max: number) {
    this.sha256 = sha256;
    this.max = max;
  }

  add(kind: ChainProblem['kind'], id: number, message: string): void {
    this.push({ kind, id, lastId: id, message });
  }

  missing(id: number, lastId: number): void {
    const message = id === lastId ? `entry ${id} is missing` : `entries ${id} to ${lastId} are missing`;
    this.push({ kind: 'missing', id, lastId, message });
  }

  suspect(entry: AuditEntry): void {
    this.suspects.push(entry);
    if (this.suspects.length > this.max) this.suspects.shift();
  }

  /** What stands at these numbers was put in between two entries that follow one another; nothing else is wrong there. */
  inserted(ids: readonly number[], aboveId: number, belowId: number): void {
    const put = new Set(ids);
    const named = this.found.filter((problem) => !isInside(problem, belowId, aboveId));
    const neighbours = belowId === 0 ? `before the first, ${aboveId}` : `between ${belowId} and ${aboveId}`;
    this.found = [
      ...named,
      ...[...put].map((id): ChainProblem => {
        return { kind: 'inserted', id, lastId: id, message: `entry ${id} was put in ${neighbours}` };
      }),
    ];
    this.drop();
  }

  /** @returns the lowest ones by number, and how many there are in all. */
  end(): { found: readonly ChainProblem[]; total: number } {
    const moved = this.movedEntries();
    const from = new Set(moved.values());
    const found = this.found
      .filter(({ kind, id, lastId }) => !(kind === 'missing' && id === lastId && from.has(id)))
      .map((problem) => {
        const origin = problem.kind === 'altered' || problem.kind === 'inserted' ? moved.get(problem.id) : undefined;
        if (origin === undefined) return problem;
        const message = `what stands at number ${problem.id} was written as entry ${origin}`;
        return { kind: 'moved' as const, id: problem.id, lastId: problem.lastId, message };
      })
      .toSorted((a, b) => a.id - b.id);
    return { found, total: found.length + this.dropped };
  }

  private push(problem: ChainProblem): void {
    this.found.push(problem);
    this.drop();
  }

  private drop(): void {
    const excess = this.found.length - this.max;
    if (excess <= 0) return;
    this.found.splice(0, excess);
    this.dropped += excess;
  }

  /** Tries the numbers at which something is wrong as the ones under which a suspect was written. */
  private movedEntries(): Map<number, number> {
    const named = this.found
      .toReversed()
      .flatMap(({ id, lastId }) => (lastId - id < this.max ? range(id, lastId) : []));
    const numbers = new Set(named.slice(0, 2 * this.max));
    const moved = new Map<number, number>();
    for (const entry of this.suspects) {
      for (const id of numbers) {
        if (id === entry.id || this.sha256(entryText({ ...entry, id })) !== entry.hash) continue;
        moved.set(entry.id, id);
        break;
      }
    }
    return moved;
  }
}

function isInside({ id, lastId }: ChainProblem, belowId: number, aboveId: number): boolean {
  return id > belowId && lastId < aboveId;
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_item, index) => first + index);
}
