import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { isSlowWithoutInstruments } from './confirm-slow.ts';
import { readInput, writeInput } from './corpus.ts';
import { readJournal } from './journal.ts';
import type { ChildMessage, ChildOrder, ResultMessage } from './orders.ts';

const childProgram = join(import.meta.dirname, 'child.ts');
/** Old generation of a child's heap, MiB: an input that needs more ends the child, and is found. */
const heapMib = 512;
/** An input that has not come back after this time is found, milliseconds; the child is ended. */
const hangMs = 20_000;
const watchMs = 500;
/** A child that has not begun with its first input after this time is at fault itself, milliseconds. */
const startMs = 60_000;

export interface TargetOrder extends Omit<ChildOrder, 'journal'> {
  /** Where inputs are written that something is wrong with. */
  readonly foundFolder: string;
  /** Shorter in tests, milliseconds. */
  readonly hangMs?: number;
}

export interface FoundInput {
  readonly name: string;
  readonly message: string;
  /** Inputs that were run up to it. */
  readonly executions: number;
  readonly path: string;
}

export interface TargetOutcome {
  readonly target: string;
  readonly found: readonly FoundInput[];
  /** Null when the child ended early. */
  readonly result: ResultMessage | null;
}

/** Runs one target in a child process with a limit of memory, and watches over it. */
export async function runTarget(order: TargetOrder): Promise<TargetOutcome> {
  const target = basename(order.targetFile, '.ts');
  const scratch = mkdtempSync(join(tmpdir(), 'cluster-ai-fuzz-'));
  const journal = join(scratch, 'input');
  const found: FoundInput[] = [];
  let result: ResultMessage | null = null;
  const doubts: Promise<void>[] = [];
  const keepWhenSlow = async (entry: FoundInput): Promise<void> => {
    if (!(await isSlowWithoutInstruments(order.targetFile, entry.path))) return;
    found.push({ ...entry, path: writeInput(order.foundFolder, readInput(entry.path)) });
  };
  const keep = (one: Omit<FoundInput, 'path'>, input: Uint8Array): void => {
    if (one.name !== 'time') found.push({ ...one, path: writeInput(order.foundFolder, input) });
    // The folder of what was found may hold this input already, from a run before: a doubt waits elsewhere.
    else doubts.push(keepWhenSlow({ ...one, path: writeInput(scratch, input) }));
  };
  try {
    const ended = await runChild(order, journal, (message) => {
      if (message.kind === 'result') result = message;
      else keep(message, Buffer.from(message.input, 'base64'));
    });
    if (result === null) {
      const last = existsSync(journal) ? readJournal(journal) : null;
      if (last === null) throw new Error(`${target} did not begin: ${ended.why}\n${ended.stderr}`);
      const name = ended.hung ? 'hang' : 'end of the process';
      keep({ name, message: `${ended.why}\n${ended.stderr}`, executions: last.count }, last.input);
    }
    await Promise.all(doubts);
    return { target, found, result };
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

interface Ended {
  readonly why: string;
  readonly hung: boolean;
  /** The last of it. */
  readonly stderr: string;
}

async function runChild(
  order: TargetOrder,
  journal: string,
  onMessage: (message: ChildMessage) => void,
): Promise<Ended> {
  const childOrder: ChildOrder = { ...order, journal };
  const options = [`--max-old-space-size=${heapMib}`, '--disable-warning=ExperimentalWarning'];
  const child = spawn(process.execPath, [...options, childProgram, JSON.stringify(childOrder)], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-2_000);
  });
  child.on('message', (message) => onMessage(message as ChildMessage)); // Only child.ts speaks on this channel.
  let hung = false;
  const watch = watchProgress(journal, order.hangMs ?? hangMs, () => {
    hung = true;
    child.kill('SIGKILL');
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(watch);
      const how = signal === null ? `exit code ${code}` : signal;
      resolve({ why: hung ? 'an input did not come back' : `the process ended with ${how}`, hung, stderr });
    });
  });
}

function watchProgress(journal: string, limitMs: number, onHang: () => void): NodeJS.Timeout {
  let count = 0;
  let changedAtMs = performance.now();
  return setInterval(() => {
    const now = existsSync(journal) ? (readJournal(journal)?.count ?? 0) : 0;
    if (now !== count) {
      count = now;
      changedAtMs = performance.now();
    } else if (performance.now() - changedAtMs > (count === 0 ? startMs : limitMs)) onHang();
  }, watchMs);
}
