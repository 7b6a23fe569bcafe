import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runOnCore, type Core } from './run-on-core.ts';
import { fileStem, wireRequest, type Scenario, type WireRequest } from './scenarios.ts';

export interface LoadResult {
  readonly requests: number;
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Answers that were compared, byte for byte. */
  readonly checked: number;
}

/** What the script prints at the end. */
interface Printed {
  readonly requests: number;
  readonly durationUs: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly checked: number;
  readonly wrong: number;
  readonly socketErrors: number;
  readonly firstWrong: string;
}

/** @returns the version of wrk, the load generator. */
export function requireWrk(): string {
  if (spawnSync('wrk', ['-v']).error !== undefined) {
    throw new Error('wrk is missing: run `make bench`, which installs it (as root, after saying so)');
  }
  // It prints its version and ends with 1.
  return /wrk (?:debian\/)?(\S+)/.exec(spawnSync('wrk', ['-v'], { encoding: 'utf8' }).stdout)?.[1] ?? 'unknown';
}

/** Writes the Lua script of a scenario: its requests in turn, and a comparison of each answer with the one it must be. */
export async function writeWrkScript(folder: string, scenario: Scenario, answers: readonly Buffer[]): Promise<string> {
  const path = join(folder, `${fileStem(scenario)}.lua`);
  const requests = scenario.rows.map((_row, index) => wireRequest(scenario, index));
  return writeWrkScriptOf(path, requests, answers);
}

/** The same for any requests. An answer tells by its `"id":"<number>"` which request it belongs to. */
export async function writeWrkScriptOf(
  path: string,
  requests: readonly WireRequest[],
  answers: readonly Buffer[],
): Promise<string> {
  const formatted = requests.map(({ path: target, headers, body }) => {
    const fields = Object.entries(headers).map(
      ([name, value]) => `[${luaString(Buffer.from(name))}]=${luaString(Buffer.from(value))}`,
    );
    return `wrk.format("POST", ${luaString(Buffer.from(target))}, {${fields.join(',')}}, ${luaString(body)})`;
  });
  const expected = answers.map((body, index) => `["${index}"]=${luaString(body)}`);
  await writeFile(path, script(formatted, expected));
  return path;
}

function luaString(bytes: Buffer): string {
  return `"${Array.from(bytes, (byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`;
}

function script(requests: readonly string[], expected: readonly string[]): string {
  return `
local threads = {}
local requests = {}
local expected = {${expected.join(',\n')}}
local turn = 0
checked = 0
wrong = 0
firstWrong = ""

function setup(thread) table.insert(threads, thread) end

function init()
  requests = {${requests.join(',\n')}}
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function response(status, headers, body)
  checked = checked + 1
  local id = string.match(body, '"id": ?"(%d+)"')
  if status ~= 200 or id == nil or expected[id] ~= body then
    wrong = wrong + 1
    if firstWrong == "" then firstWrong = status .. " " .. string.gsub(string.sub(body, 1, 200), '[^%w ]', '.') end
  end
end

function done(summary, latency)
  local total = { checked = 0, wrong = 0, firstWrong = "" }
  for _, thread in ipairs(threads) do
    total.checked = total.checked + thread:get("checked")
    total.wrong = total.wrong + thread:get("wrong")
    total.firstWrong = total.firstWrong .. thread:get("firstWrong")
  end
  local errors = summary.errors
  io.write(string.format(
    '\\nRESULT {"requests":%d,"durationUs":%d,"p50Us":%d,"p99Us":%d,"checked":%d,"wrong":%d,"socketErrors":%d,"firstWrong":"%s"}\\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    total.checked, total.wrong, errors.connect + errors.read + errors.write + errors.timeout, total.firstWrong))
end
`;
}

export interface WrkOptions {
  readonly url: string;
  readonly script: string;
  readonly clients: number;
  readonly seconds: number;
  readonly core: Core;
}

/** Runs one load. @throws Error when an answer was wrong or a connection failed. */
export async function runWrk({ url, script, clients, seconds, core }: WrkOptions): Promise<LoadResult> {
  const limits = ['-t', '1', '-c', String(clients), '-d', `${seconds}s`, '--timeout', '10s'];
  const output = await runOnCore(core, ['wrk', ...limits, '-s', script, url]);
  const printed = JSON.parse(/^RESULT (.*)$/m.exec(output)?.[1] ?? 'null') as Printed | null; // The script above wrote it.
  if (printed === null) throw new Error(`wrk printed no result:\n${output}`);
  if (printed.wrong > 0 || printed.socketErrors > 0) {
    throw new Error(
      `under load ${printed.wrong} of ${printed.checked} answers were wrong (${printed.firstWrong}), ${printed.socketErrors} connections failed`,
    );
  }
  if (printed.requests === 0) throw new Error('under load no request was answered');
  return {
    requests: printed.requests,
    requestsPerSecond: (printed.requests * 1e6) / printed.durationUs,
    p50Ms: printed.p50Us / 1_000,
    p99Ms: printed.p99Us / 1_000,
    checked: printed.checked,
  };
}
