import { expect, test } from 'vitest';
import { readH2load, readH2loadLog } from './h2load.ts';

function printed(succeeded: number, failed: number, dataBytes: number): string {
  return [
    'finished in 2.00s, 43632.00 req/s, 8.48MB/s',
    `requests: ${succeeded} total, ${succeeded} started, ${succeeded} done, ${succeeded} succeeded, ${failed} failed, 0 errored, 0 timeout`,
    `traffic: 8.48MB (8894580) total, 3.73MB (3906740) headers (space savings 37.65%), 6.12MB (${dataBytes}) data`,
  ].join('\n');
}

test('the rate is read, and the bytes of the answers are held against their number', () => {
  expect(readH2load(printed(43_632, 0, 6_412_944), 87)).toBe(43_632);
  expect(() => readH2load(printed(43_632, 0, 3_000_021), 87)).toThrow('an answer has 87');
  expect(() => readH2load(printed(43_632, 0, 6_412_945), 87)).toThrow('an answer has 87');
  expect(() => readH2load(printed(43_632, 3, 6_412_944), 87)).toThrow('calls failed');
  expect(() => readH2load('', 87)).toThrow('calls failed');
});

test('how long each call took is read from its log, and a call that failed is none', () => {
  const line = (status: number, tookUs: number): string => `1764252000000000\t${status}\t${tookUs}\n`;
  expect(readH2loadLog(line(200, 183) + line(200, 2_018))).toEqual(Float64Array.of(0.183, 2.018));
  expect(() => readH2loadLog(line(200, 183) + line(-1, 20))).toThrow('a call as 1764252000000000\t-1\t20');
  expect(() => readH2loadLog('1764252000000000\t200\n')).toThrow('a call as');
});
