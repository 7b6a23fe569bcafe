import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';

const timeoutMs = 60_000;

/** Runs a program to its end. @returns what it printed. @throws Error with its complaints when it does not end well. */
export async function run(program: string, args: readonly string[], input = ''): Promise<string> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], timeout: timeoutMs });
  child.stdin.end(input);
  const [output, complaints, [code, signal]] = await Promise.all([
    buffer(child.stdout),
    text(child.stderr),
    // Both are told: the code, or the signal that ended it.
    once(child, 'exit') as Promise<[number | null, string | null]>,
  ]);
  if (code !== 0) throw new Error(`${program} ended with ${code ?? signal}:\n${output.toString()}\n${complaints}`);
  return output.toString();
}
