import { parseSync } from 'oxc-parser';

/** A source file with counters in it, and what it told about the inputs that it takes. */
export interface Instrumented {
  readonly text: string;
  /** Places that were counted in this file, numbered from `firstPlace` on. */
  readonly places: number;
  /** Short texts and numbers of the source: words of the input's language are among them. */
  readonly literals: readonly string[];
}

/** The part of a syntax tree that all its nodes have in common. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** At one position what closes stands before what opens, and an inner end before an outer one. */
  readonly closes: boolean;
}

/** Comparisons whose two sides are remembered, and the function that does each in its place. `==` is not used here. */
const comparisons: Readonly<Record<string, string>> = {
  '===': '__fuzzEqual',
  '!==': '__fuzzDiffers',
  '<': '__fuzzLess',
  '<=': '__fuzzAtMost',
  '>': '__fuzzMore',
  '>=': '__fuzzAtLeast',
};

const literalLengthMax = 40;

/**
 * Puts a counter at the begin of each branch of a TypeScript source and remembers both sides of its comparisons. Lines
 * stay where they are, so that stack traces fit; types stay as well, and are stripped afterwards as always.
 * @param firstPlace number of the file's first place: places are numbered through all files.
 */
export function instrument(path: string, source: string, firstPlace: number): Instrumented {
  const { program, errors } = parseSync(path, source);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path} cannot be instrumented: ${error.message}`);
  const writer = new Writer(source, firstPlace);
  // The parser's own types name each kind of node; for a walk over all of them the common part will do.
  writer.walk(program as unknown as Node);
  return { text: writer.text(), places: writer.places, literals: [...writer.literals] };
}

class Writer {
  places = 0;
  readonly literals = new Set<string>();
  private readonly source: string;
  private readonly firstPlace: number;
  private readonly edits: Edit[] = [];

  constructor(source: string, firstPlace: number) {
    this.source = source;
    this.firstPlace = firstPlace;
  }

  walk(node: Node): void {
    if (node.type.startsWith('TS') || node.type.startsWith('Import')) {
      // Of a type only the value that it is about runs: `value as Type`.
      if (isNode(node['expression'])) this.walk(node['expression']);
      return;
    }
    this.count(node);
    this.note(node);
    for (const child of Object.values(node)) {
      if (isNode(child)) this.walk(child);
      else if (Array.isArray(child)) for (const item of child) if (isNode(item)) this.walk(item);
    }
  }

  text(): string {
    const sorted = this.edits
      .map((edit, order) => ({ ...edit, order: edit.closes ? -order : order }))
      .toSorted((a, b) => a.start - b.start || Number(b.closes) - Number(a.closes) || a.order - b.order);
    let text = '';
    let from = 0;
    for (const { start, end, text: inserted } of sorted) {
      text += this.source.slice(from, start) + inserted;
      from = end;
    }
    return text + this.source.slice(from);
  }

  private count(node: Node): void {
    switch (node.type) {
      case 'ArrowFunctionExpression':
      case 'FunctionExpression':
      case 'FunctionDeclaration':
      case 'CatchClause':
      case 'ForStatement':
      case 'ForInStatement':
      case 'ForOfStatement':
      case 'WhileStatement':
      case 'DoWhileStatement':
        this.enter(node['body']);
        return;
      case 'IfStatement':
        this.branches(node);
        return;
      case 'ConditionalExpression':
        this.enter(node['consequent']);
        this.enter(node['alternate']);
        return;
      case 'LogicalExpression':
        this.enter(node['right']);
        return;
      case 'SwitchStatement':
        this.cases(node);
        return;
      case 'BinaryExpression':
        this.compare(node);
    }
  }

  /** A counter before a statement, a block's first statement, or an expression. */
  private enter(body: unknown): void {
    if (!isNode(body)) return;
    if (body.type === 'BlockStatement') this.open(body.start + 1, `${this.hit()};`);
    else if (body.type.endsWith('Statement') || body.type.endsWith('Declaration')) {
      this.wrap(body, `{${this.hit()};`, '}');
    } else this.wrap(body, `(${this.hit()},`, ')');
  }

  /** Where an `if` has no other way, it gets one: that it was passed by is a branch of its own. */
  private branches(node: Node): void {
    if (isNode(node['alternate'])) this.enter(node['alternate']);
    else this.close(node.end, `else{${this.hit()};}`);
    this.enter(node['consequent']);
  }

  private cases({ cases, discriminant }: Node): void {
    const values: string[] = [];
    for (const branch of Array.isArray(cases) ? cases : []) {
      if (!isNode(branch)) continue;
      const { consequent, test } = branch;
      const first: unknown = Array.isArray(consequent) ? consequent[0] : undefined;
      if (isNode(first)) this.open(first.start, `${this.hit()};`);
      if (isNode(test) && test.type === 'Literal') values.push(this.source.slice(test.start, test.end));
    }
    if (isNode(discriminant) && values.length > 0) {
      this.wrap(discriminant, '__fuzzSwitch(', `,${this.nextPlace()},[${values.join(',')}])`);
    }
  }

  private compare(node: Node): void {
    const { left, right, operator } = node;
    const compared = comparisons[String(operator)];
    if (compared === undefined || !isNode(left) || !isNode(right)) return;
    // `typeof x` and absent values have few outcomes, and the branch behind them tells those apart.
    if ([left, right].some((side) => this.isPlain(side))) return;
    const between = this.source.slice(left.end, right.start);
    this.wrap(node, `${compared}(`, `,${this.nextPlace()})`);
    this.edits.push({
      start: left.end,
      end: right.start,
      text: between.replace(String(operator), ','),
      closes: false,
    });
  }

  private isPlain({ type, operator, start, end }: Node): boolean {
    const text = this.source.slice(start, end);
    return (type === 'UnaryExpression' && operator === 'typeof') || /^(?:null|undefined|true|false)$/.test(text);
  }

  private note({ type, value, key, computed }: Node): void {
    if (type === 'Literal' && (typeof value === 'string' || typeof value === 'number')) this.noteText(String(value));
    if (type === 'TemplateElement') return;
    if (type === 'Property' && computed === false && isNode(key) && typeof key['name'] === 'string') {
      this.noteText(key['name']);
    }
  }

  /** Sentences of messages are no words of an input. */
  private noteText(text: string): void {
    if (text !== '' && text.length <= literalLengthMax && !/[A-Za-z] [a-z]/.test(text)) this.literals.add(text);
  }

  private hit(): string {
    return `__fuzzHit(${this.nextPlace()})`;
  }

  private nextPlace(): number {
    this.places += 1;
    return this.firstPlace + this.places - 1;
  }

  private wrap(node: Node, before: string, after: string): void {
    this.open(node.start, before);
    this.close(node.end, after);
  }

  private open(at: number, text: string): void {
    this.edits.push({ start: at, end: at, text, closes: false });
  }

  private close(at: number, text: string): void {
    this.edits.push({ start: at, end: at, text, closes: true });
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value && 'end' in value;
}
