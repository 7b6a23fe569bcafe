import { errorTable, isErrorCode } from '@cluster-ai/core/errors.ts';
import { fillIn, type Values } from './bytes.ts';
import type { Case, ExpectedAnswer } from './corpus.ts';
import type { Outcome } from './send-case.ts';
import type { Answer } from './wire.ts';

/** What stands where no text can be told beforehand. */
const patterns: Readonly<Record<string, string>> = {
  requestId: '[A-Za-z0-9._:-]{8,128}',
  time: String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`,
  number: String.raw`\d+`,
};

const patternName = /\$\{(requestId|time|number)\}/g;

/** @returns what is different from what the case says, in sentences; nothing when all is as it should be. */
export function judge({ expect, id }: Case, outcome: Outcome, values: Values): string[] {
  const { answers, rest } = outcome;
  const wrong: string[] = [];
  if (expect.cutShort === true) return judgeEnd(expect, outcome).map((sentence) => `${id}: ${sentence}`);
  if (answers.length !== expect.answers.length) {
    wrong.push(
      `${answers.length} answers instead of ${expect.answers.length}: ${JSON.stringify(answers).slice(0, 600)}`,
    );
  }
  expect.answers.forEach((expected, index) => {
    const answer = answers[index];
    if (answer !== undefined) wrong.push(...judgeAnswer(expected, answer, values));
  });
  if (rest !== '') wrong.push(`more came: ${JSON.stringify(rest.slice(0, 200))}`);
  wrong.push(...judgeEnd(expect, outcome));
  return wrong.map((sentence) => `${id}: ${sentence}`);
}

function judgeEnd({ closes }: Case['expect'], { closedAfterMs }: Outcome): string[] {
  if (closes === undefined) return [];
  if (closedAfterMs === null) return [`the connection was not closed within ${closes.withinMs} ms (${closes.because})`];
  return closedAfterMs < (closes.notBeforeMs ?? 0) ? [`it was closed after ${closedAfterMs} ms already`] : [];
}

function judgeAnswer(expected: ExpectedAnswer, answer: Answer, values: Values): string[] {
  const wrong: string[] = [];
  const shown = JSON.stringify(answer.body.slice(0, 600));
  if (answer.status !== expected.status) wrong.push(`status ${answer.status} instead of ${expected.status}: ${shown}`);
  for (const [name, value] of Object.entries(expected.headers ?? {})) {
    const found = answer.headers.get(name) ?? '(none)';
    if (!fits(value, found, values)) wrong.push(`header ${name}: ${found} instead of ${value}`);
  }
  if (wrong.length > 0) return wrong;
  const type = answer.headers.get('content-type') ?? '';
  if (expected.noBody === true) return answer.body === '' ? [] : [`a body: ${shown}`];
  if (expected.text !== undefined) return fits(expected.text, answer.body, values) ? [] : [`the text ${shown}`];
  if (
    expected.problem !== undefined &&
    type !== 'application/problem+json; charset=utf-8' &&
    type !== 'application/problem+json'
  ) {
    return [`content type ${type}`];
  }
  if (expected.error !== undefined && type !== 'application/json') return [`content type ${type}`];
  return differences(wholeBody(expected), parsed(answer.body), values, 'body').map((line) => `${line} in ${shown}`);
}

function wholeBody({ error, problem, json }: ExpectedAnswer): unknown {
  if (error !== undefined) return { error };
  if (problem === undefined) return json;
  const { code } = problem;
  if (!isErrorCode(code)) throw new Error('the corpus has checked the code');
  const { http, meaning } = errorTable[code];
  const form = { type: `urn:cluster-ai:error:${code.toLowerCase()}`, title: meaning, status: http };
  return { ...form, requestId: '${requestId}', ...problem };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function differences(expected: unknown, found: unknown, values: Values, path: string): string[] {
  if (typeof expected === 'string' && typeof found === 'string') {
    return fits(expected, found, values) ? [] : [`${path} is ${JSON.stringify(found)}`];
  }
  if (isObject(expected) && isObject(found) && Array.isArray(expected) === Array.isArray(found)) {
    const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
    return [...names].flatMap((name) => differences(expected[name], found[name], values, `${path}.${name}`));
  }
  return Object.is(expected, found) ? [] : [`${path} is ${JSON.stringify(found)}`];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function fits(expected: string, found: string, values: Values): boolean {
  if (!expected.includes('${')) return expected === found;
  const source = expected
    .split(patternName)
    .map((part, index) => (index % 2 === 1 ? (patterns[part] ?? '') : RegExp.escape(fillIn(part, values))))
    .join('');
  return new RegExp(`^${source}$`, 's').test(found);
}
