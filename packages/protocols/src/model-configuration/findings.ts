import { ClusterError } from '@cluster-ai/core/errors.ts';

/** Something that is wrong with a configuration. */
export interface Finding {
  /** Where: a line and column of a text, or a path like `input[0].dims`. */
  readonly place: string;
  readonly message: string;
  /** What the reader can do, one sentence. */
  readonly fix: string;
}

/** How much of a broken file is told at once. */
const wrongMax = 50;

/** Characters of a sentence at most: it may quote a name of any length, and there are many of them. */
const sentenceMax = 1_000;

/** Collects what is found while a configuration is read, so that a person can mend all of it in one go. */
export class Findings {
  readonly wrong: Finding[] = [];
  private readonly paths = new Set<string>();

  /** Fields that are not honoured, each once, in the order in which they were met. */
  get ignored(): string[] {
    return [...this.paths];
  }

  refuse(place: string, message: string, fix: string): void {
    if (this.wrong.length >= wrongMax) return;
    this.wrong.push({ place: cut(place), message: cut(message), fix: cut(fix) });
  }

  ignore(path: string): void {
    this.paths.add(path);
  }

  /** @throws ClusterError MODEL_INVALID with everything that is wrong; nothing is thrown when nothing is. */
  assertNone(file: string): void {
    const [first] = this.wrong;
    if (first === undefined) return;
    const more = this.wrong.length === 1 ? '' : ` (and ${this.wrong.length - 1} more)`;
    throw new ClusterError('MODEL_INVALID', `${file}: ${first.place}: ${first.message}${more}`, {
      fix: first.fix,
      errors: this.wrong.map(({ place, message, fix }) => ({ path: place, message: `${message}; ${fix}` })),
    });
  }
}

function cut(text: string): string {
  return text.length <= sentenceMax ? text : `${text.slice(0, sentenceMax)}…`;
}
