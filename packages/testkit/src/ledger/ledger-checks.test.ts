import { describe, expect, test } from 'vitest';
import { checkCalls, checkServed, countEnds } from './check-calls.ts';
import { checkKeys } from './check-keys.ts';
import { checkAudit, checkReads, checkState } from './check-writes.ts';
import type { CallEnd, CallRecord, FaultRecord, KeyProbe, WriteRecord } from './ledger.ts';

const fault: FaultRecord = {
  name: 'kill gateway-1',
  affects: ['gateway-1', 'feed:gateway-1'],
  fromMs: 1_000,
  toMs: 3_000,
};

function call(end: CallEnd, sentMs = 2_000, target = 'gateway-1'): CallRecord {
  return { target, what: 'iris JSON', sentMs, endedMs: sentMs + 10, end };
}

const clear: CallEnd = { kind: 'error', status: 503, documented: true, text: 'the runner ended' };
const closed: CallEnd = { kind: 'closed', text: 'ECONNRESET' };

describe('calls', () => {
  test('right answers, and clear errors and ended connections while something was broken, are as they should be', () => {
    const calls = [call({ kind: 'answered' }), call(clear), call(closed), call(closed, 3_500)];
    expect(checkCalls(calls, [fault])).toEqual([]);
    expect(countEnds(calls)).toEqual({ answered: 1, '503': 1, closed: 2 });
  });

  test.each<[string, CallRecord, string]>([
    ['a wrong answer', call({ kind: 'wrong', text: 'label 2' }), 'wrong answer'],
    ['no answer, also of a broken part', call({ kind: 'hung' }), 'no answer'],
    [
      'an error in no known form',
      call({ kind: 'error', status: 503, documented: false, text: '<html>' }),
      'unclear error',
    ],
    ['a defect', call({ kind: 'error', status: 500, documented: true, text: 'internal error' }), 'unclear error'],
    [
      'a good key that is refused',
      call({ kind: 'error', status: 401, documented: true, text: 'key' }),
      'unclear error',
    ],
    ['an error before anything was broken', call(clear, 500), 'failure without a cause'],
    ['an ended connection after all was well again', call(closed, 4_500), 'failure without a cause'],
    ['an error of a part that was whole', call(clear, 2_000, 'gateway-2'), 'failure without a cause'],
  ])('%s is found', (_what, record, kind) => {
    expect(checkCalls([record], [fault])).toMatchObject([{ kind }]);
  });

  test('a version that answers with another content than was pushed is found, once', () => {
    const pushed = new Map([['1', '10']]);
    const served = (version: string, content: string) => ({ target: 'gateway-1', version, content });
    expect(checkServed([served('1', '10')], pushed)).toEqual([]);
    expect(checkServed([served('1', '11'), served('1', '11')], pushed)).toHaveLength(1);
    expect(checkServed([served('2', '10')], pushed)).toMatchObject([
      { text: expect.stringContaining('nobody pushed') },
    ]);
  });
});

function write(
  id: string,
  value: string,
  outcome: WriteRecord['outcome'],
  [startedMs, endedMs]: readonly [number, number],
  effect: WriteRecord['effect'] = 'set',
): WriteRecord {
  return { id, resource: 'alias a', effect, value, startedMs, endedMs, outcome, attempts: 1 };
}

function stateProblems(writes: WriteRecord[], value: string | null, faults: FaultRecord[] = []) {
  const found = { values: new Map([['alias a', value]]), collections: new Map() };
  return checkState(writes, found, faults, 10_000).map(({ kind }) => kind);
}

describe('values', () => {
  const history = [write('w1', '1', 'acknowledged', [0, 10]), write('w2', '2', 'acknowledged', [20, 30])];

  test('the value that was acknowledged last is as it should be, and so is one that nobody was told of', () => {
    expect(stateProblems(history, '2')).toEqual([]);
    const later = [...history, write('w3', '3', 'unknown', [40, 50])];
    expect([stateProblems(later, '2'), stateProblems(later, '3')]).toEqual([[], []]);
    expect(stateProblems([], null)).toEqual([]);
  });

  test('a lost acknowledged write is found', () => {
    expect(stateProblems(history, '1')).toEqual(['lost write']);
    expect(stateProblems(history, null)).toEqual(['lost write']);
  });

  test('a value that was refused, and one that nobody wrote, are found', () => {
    expect(stateProblems([...history, write('w3', '3', 'refused', [40, 50])], '3')).toEqual(['state']);
    expect(stateProblems(history, '9')).toEqual(['lost write']);
  });

  test('a write that was given up counts as later only while something was broken', () => {
    const given = [write('w0', '0', 'unknown', [1, 5]), ...history.slice(1)];
    expect(stateProblems(given, '0')).toEqual(['lost write']);
    const frozen = { name: 'stop control plane', affects: ['control'], fromMs: 0, toMs: 25 };
    expect(stateProblems(given, '0', [frozen])).toEqual([]);
  });

  test('a read of a value that had been replaced before it was sent is found', () => {
    const read = (value: string, sentMs: number) => ({ resource: 'alias a', value, sentMs, endedMs: sentMs + 5 });
    expect(checkReads([read('1', 12), read('1', 22), read('2', 22), read('2', 31)], history, [])).toEqual([]);
    expect(checkReads([read('1', 31)], history, [])).toMatchObject([{ kind: 'stale read' }]);
    expect(checkReads([read('2', 11)], history, [])).toMatchObject([{ kind: 'stale read' }]);
  });
});

describe('collections', () => {
  const writes = [
    write('w1', 'x', 'acknowledged', [0, 10], 'add'),
    write('w2', 'y', 'unknown', [20, 30], 'add'),
    write('w3', 'z', 'refused', [40, 50], 'add'),
  ];
  const problems = (members: readonly string[]) => {
    const found = { values: new Map(), collections: new Map([['alias a', members]]) };
    return checkState(writes, found, [], 100).map(({ kind }) => kind);
  };

  test('what was acknowledged is there once; what nobody was told of may be', () => {
    expect([problems(['x']), problems(['x', 'y'])]).toEqual([[], []]);
  });

  test.each([
    ['lost', [], ['lost write']],
    ['doubled', ['x', 'x'], ['doubled write']],
    ['doubled, though never acknowledged', ['x', 'y', 'y'], ['doubled write']],
    ['refused and there', ['x', 'z'], ['state']],
    ['of nobody', ['x', 'q'], ['state']],
  ])('%s is found', (_what, members, kinds) => {
    expect(problems(members)).toEqual(kinds);
  });
});

describe('the audit log', () => {
  const added = write('w1', 'x', 'acknowledged', [0, 10], 'add');
  const refused = write('w2', 'y', 'refused', [0, 10], 'add');

  test('one request of each acknowledged write, and none of a refused one, is as it should be', () => {
    expect(checkAudit(['w1.2', 'w1.2', 'w9.1', 'some-other-request'], [added, refused])).toEqual([]);
  });

  test('a write with two effects is found, and one without, and one that was refused', () => {
    expect(checkAudit(['w1.1', 'w1.2'], [added])).toMatchObject([{ kind: 'doubled write' }]);
    expect(checkAudit([], [added])).toMatchObject([{ kind: 'audit' }]);
    expect(checkAudit(['w2.1'], [refused])).toMatchObject([{ kind: 'state' }]);
  });
});

describe('revoked keys', () => {
  const revocation = { ...write('w1', 'revoked', 'acknowledged', [100, 500]), resource: 'key k' };
  const probe = (sentMs: number, accepted: boolean): KeyProbe => ({
    key: 'k',
    target: 'gateway-1',
    sentMs,
    endedMs: sentMs + 5,
    accepted,
  });
  const check = (probes: KeyProbe[], faults: FaultRecord[] = []) => checkKeys(probes, [revocation], faults);

  test('accepted within two seconds, or until the way to the gateway was whole again and two seconds more', () => {
    expect(check([probe(50, true), probe(2_400, true), probe(2_600, false)])).toEqual([]);
    expect(check([probe(4_900, true), probe(5_100, false)], [fault])).toEqual([]);
  });

  test('accepted later than that is found, with and without something broken', () => {
    expect(check([probe(2_600, true)])).toMatchObject([{ kind: 'revoked key accepted' }]);
    expect(check([probe(5_200, true)], [fault])).toMatchObject([{ kind: 'revoked key accepted' }]);
    const elsewhere = { ...fault, affects: ['feed:gateway-2'] };
    expect(check([probe(2_600, true)], [elsewhere])).toMatchObject([{ kind: 'revoked key accepted' }]);
  });

  test('refused by a gateway that does not know it yet is no revocation', () => {
    expect(check([probe(900, false), probe(1_500, true), probe(2_600, false)])).toEqual([]);
  });

  test('accepted again after it had been refused is found, whatever was broken', () => {
    expect(check([probe(50, true), probe(900, false), probe(1_500, true)], [fault])).toMatchObject([
      { text: expect.stringContaining('again') },
    ]);
  });
});
