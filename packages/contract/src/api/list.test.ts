import fc from 'fast-check';
import { expect, test } from 'vitest';
import { operatorsOf, parseFilter, printFilter } from './list-filter.ts';
import type { FilterTerm, ListFields } from './list-filter.ts';
import { readTimeRange } from './list-values.ts';
import { listQuery } from './list.ts';

const fields = {
  name: { type: 'text', about: 'its name', searched: true, sortable: true },
  role: { type: 'one-of', about: 'what they may do', values: ['viewer', 'operator', 'admin'] },
  at: { type: 'time', about: 'when', sortable: true },
  lastUsedAt: { type: 'time', about: 'last use', optional: true, sortable: true },
  size: { type: 'number', about: 'bytes', sortable: true },
  disabled: { type: 'boolean', about: 'may not sign in' },
} as const satisfies ListFields;

function problemOf(text: string): string {
  const { problem } = parseFilter(text, fields);
  return problem === null ? 'none' : `${problem.position}: ${problem.message}`;
}

test('a filter is read as people type it', () => {
  const { terms } = parseFilter(
    String.raw`  iris role=admin at>=2026-01-01 name!="a \"b\\" lastUsedAt="" "two words"`,
    fields,
  );
  expect(terms).toEqual([
    { field: null, operator: '~', value: 'iris' },
    { field: 'role', operator: '=', value: 'admin' },
    { field: 'at', operator: '>=', value: '2026-01-01' },
    { field: 'name', operator: '!=', value: 'a "b\\' },
    { field: 'lastUsedAt', operator: '=', value: '' },
    { field: null, operator: '~', value: 'two words' },
  ]);
  expect(parseFilter(' ', fields).terms).toEqual([]);
});

test.each([
  [
    'iris rol=admin',
    "6: there is no field 'rol'; the nearest is 'role'; there are name, role, at, lastUsedAt, size, disabled",
  ],
  ['at~2026', "3: '~' does not fit 'at' (a time), which takes = != >= <= > <"],
  ['role>admin', "5: '>' does not fit 'role' (one of viewer, operator, admin), which takes = !="],
  ['role=Admin', `6: "Admin" is not a value of 'role'; the nearest is 'admin'; it is one of viewer, operator, admin`],
  ['size>ten', '6: "ten" is not a number like 12 or 0.5'],
  ['at>=2026-02-30', '5: "2026-02-30" is not a time like 2026-01-31 or 2026-01-31T14:30:00Z'],
  ['disabled=yes', "10: 'disabled' is true or false"],
  ['name="a', '6: the quote that begins here is not closed'],
  ['name=a"b"', '7: a quote cannot stand inside a word; put the whole value in quotes'],
  ['"a"b', '4: a space is missing after the quoted text'],
  [String.raw`"a\n"`, String.raw`3: in quotes a backslash is written \\ and a quote \"`],
  ['name=', '6: a value is missing after \'name=\'; nothing is written as ""'],
  ['=x', "1: a field is missing before '='"],
  ['é=x', "2: '=' cannot stand inside a word; put the whole text in quotes to look for it"],
  ['at=""', "4: 'at' always has a value"],
  ['name~""', '6: an empty text finds everything'],
  ['""', '1: an empty text finds everything'],
  ['a\0b', '2: this character (U+0000) cannot stand in a filter'],
])('%s is refused at its place', (text, problem) => {
  expect(problemOf(text)).toBe(problem);
});

test('words are refused where no field is searched', () => {
  const { problem } = parseFilter('x', { size: fields.size });
  expect(problem?.message).toBe('words alone are not searched here; name a field: size');
});

const text = fc.string({ unit: 'binary', maxLength: 12 }).filter((value) => !value.includes('\0'));
const time = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
  .chain((date) =>
    fc.constantFrom(date.toISOString(), date.toISOString().slice(0, 10), date.toISOString().slice(0, 4)),
  );
const valueOf: Record<string, fc.Arbitrary<string>> = {
  name: text,
  role: fc.constantFrom(...fields.role.values),
  at: time,
  lastUsedAt: time,
  size: fc.integer().map(String),
  disabled: fc.constantFrom('true', 'false'),
};

const term: fc.Arbitrary<FilterTerm> = fc.oneof(
  text.filter((value) => value !== '').map((value) => ({ field: null, operator: '~' as const, value })),
  ...Object.entries(fields).map(([field, { type }]) =>
    fc
      .record({
        field: fc.constant(field),
        operator: fc.constantFrom(...operatorsOf[type]),
        value: valueOf[field] ?? text,
      })
      .filter(({ operator, value }) => operator !== '~' || value !== ''),
  ),
);

test('what is printed is read as the same terms', () => {
  fc.assert(
    fc.property(fc.array(term, { maxLength: 20 }), (terms) => {
      expect(parseFilter(printFilter(terms), fields)).toEqual({ terms, problem: null });
    }),
    { numRuns: 1_000 },
  );
});

test('any text is read, or refused at one of its characters', () => {
  const piece = fc.constantFrom('name', 'role', '=', '!=', '~', '>', ' ', '"', '\\', 'x', '2026');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const filter = pieces.join('');
      const { terms, problem } = parseFilter(filter, fields);
      if (terms !== null) expect(parseFilter(printFilter(terms), fields).terms).toEqual(terms);
      else expect(problem.position).toBeLessThanOrEqual(filter.length + 1);
    }),
    { numRuns: 2_000 },
  );
});

test.each([
  ['2026', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['2026-12', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
  ['2026-02-28', '2026-02-28T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
  ['2026-01-31T14:30', '2026-01-31T14:30:00.000Z', '2026-01-31T14:31:00.000Z'],
  ['2026-01-31T14:30:05+02:00', '2026-01-31T12:30:05.000Z', '2026-01-31T12:30:06.000Z'],
  ['2026-01-31T14:30:05.25Z', '2026-01-31T14:30:05.250Z', '2026-01-31T14:30:05.251Z'],
])('%s is a stretch of time', (written, start, end) => {
  const range = readTimeRange(written);
  expect([range?.startMs, range?.endMs]).toEqual([Date.parse(start), Date.parse(end)]);
});

test.each(['26', '2026-1', '2026-13', '2026-01-32', '2026-01-31T25:00', '2026-01-31T10:00+25:00', 'today'])(
  '%s is no time',
  (written) => {
    expect(readTimeRange(written)).toBeNull();
  },
);

test('an endpoint receives the parsed query, and its declaration stays readable', () => {
  const query = listQuery({ fields, defaultSort: '-at' });
  expect(query.parse({ filter: 'iris', limit: '5' })).toEqual({
    filter: [{ field: null, operator: '~', value: 'iris' }],
    sort: { field: 'at', descending: true },
    limit: 5,
  });
  expect(query.list.fields.role.values).toContain('admin');
  const wrong = query.safeParse({ filter: 'x rol=admin', sort: '-role' });
  expect(wrong.error?.issues).toMatchObject([
    { path: ['filter'], message: expect.stringMatching(/^position 3: there is no field 'rol'/) },
    { path: ['sort'], message: "this list cannot be sorted by 'role', only by name, at, lastUsedAt, size" },
  ]);
});
