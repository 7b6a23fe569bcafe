import { duplexPair, type Duplex } from 'node:stream';
import { beforeEach, describe, expect, it } from 'vitest';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { encodeBareFrame, encodeFailedFrame } from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import { frameKinds, malformedFrame } from '@cluster-ai/protocols/runner-frames/frame.ts';
import { RunLost } from './run-lost.ts';
import { SlotLink } from './slot-link.ts';

let nowMs: number;
let slot: Duplex;
let link: SlotLink;
let malformed: unknown[];
let outcomes: string[];

beforeEach(() => {
  const [ours, theirs] = duplexPair();
  nowMs = 0;
  slot = theirs;
  malformed = [];
  outcomes = [];
  link = new SlotLink(ours, { nowMs: () => nowMs, wallMs: () => nowMs }, (error) => malformed.push(error));
});

function ask(modelId: string, limitMs: number): number {
  const requestId = link.nextRequestId();
  link.send(requestId, [encodeBareFrame(frameKinds.EXECUTE, requestId)], {
    modelId,
    activity: `running model '${modelId}'`,
    limitMs,
    onAnswer: () => () => outcomes.push(`${modelId} answered`),
    onFailure: (error) => outcomes.push(`${modelId} ${error.code}: ${error.message}`),
  });
  return requestId;
}

async function answer(frame: Uint8Array): Promise<void> {
  slot.write(frame);
  await new Promise((resolve) => void setImmediate(resolve));
}

function decodeNothing(): never {
  throw malformedFrame('it ends too early');
}

describe('SlotLink', () => {
  it('gives each answer to the request that it answers', async () => {
    const first = ask('a', 100);
    const second = ask('b', 100);
    await answer(encodeBareFrame(frameKinds.RESULT, first));
    await answer(encodeFailedFrame(second, 0, new ClusterError('MODEL_EXECUTION_FAILED', 'no')));
    expect(outcomes).toEqual(['a answered', 'b MODEL_EXECUTION_FAILED: no']);
    expect(link.current()).toBeNull();
  });

  it('counts the time of a request from when the slot turned to it', async () => {
    const first = ask('a', 100);
    ask('b', 100);
    nowMs = 100;
    expect(link.overdue(nowMs)).toBeNull();
    await answer(encodeBareFrame(frameKinds.RESULT, first));
    nowMs = 200;
    expect(link.overdue(nowMs)).toBeNull();
    nowMs = 201;
    expect(link.overdue(nowMs)).toMatchObject({ modelId: 'b' });
  });

  it('does not count the time in which there was nothing to do', async () => {
    await answer(encodeBareFrame(frameKinds.RESULT, ask('a', 100)));
    nowMs = 1_000_000;
    ask('b', 100);
    nowMs += 100;
    expect(link.overdue(nowMs)).toBeNull();
    nowMs += 1;
    expect(link.overdue(nowMs)?.activity).toBe("running model 'b'");
  });

  it('fails what was handed over when the runner is gone', () => {
    ask('a', 100);
    ask('b', 100);
    link.failAll('was killed by SIGSEGV', ['a', 'b']);
    expect(outcomes).toEqual([
      "a RUNNER_CRASHED: the runner was killed by SIGSEGV while it was running model 'a'",
      "b RUNNER_CRASHED: the runner was killed by SIGSEGV while it was running model 'b'",
    ]);
  });

  it.each([
    ['an answer to nothing', () => encodeBareFrame(frameKinds.RESULT, 99)],
    ['bytes that are no frame', () => new Uint8Array(64).fill(255)],
  ])('reports %s once, and listens no more', async (_, frame) => {
    const requestId = ask('a', 100);
    await answer(frame());
    await answer(encodeBareFrame(frameKinds.RESULT, requestId));
    expect(malformed.map(String)).toEqual([expect.stringContaining('malformed runner frame')]);
    expect(outcomes).toEqual([]);
  });

  it('lets a request whose answer is malformed fail with the runner', async () => {
    const requestId = link.nextRequestId();
    link.send(requestId, [encodeBareFrame(frameKinds.EXECUTE, requestId)], {
      modelId: 'a',
      activity: "running model 'a'",
      limitMs: 100,
      onAnswer: decodeNothing,
      onFailure: (error) => outcomes.push(error.code),
    });
    await answer(encodeBareFrame(frameKinds.RESULT, requestId));
    expect(malformed).toHaveLength(1);
    expect(outcomes).toEqual([]);
    link.failAll('sent something that is not understood and was killed', ['a']);
    expect(outcomes).toEqual(['RUNNER_CRASHED']);
  });

  it('says which runs may be handed over again: those that cannot have brought the runner down', () => {
    const again: boolean[] = [];
    for (const modelId of ['a', 'a']) {
      const requestId = link.nextRequestId();
      link.send(requestId, [encodeBareFrame(frameKinds.EXECUTE, requestId)], {
        modelId,
        activity: 'running',
        limitMs: 100,
        onAnswer: decodeNothing,
        onFailure: (error) => again.push(error instanceof RunLost && error.mayRunAgain),
      });
    }
    link.failAll('was killed by SIGSEGV', ['a']);
    expect(again).toEqual([false, true]);
  });

  it('sends all that is asked in one turn in one write', async () => {
    const chunks: Uint8Array[] = [];
    slot.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    ask('a', 100);
    ask('b', 100);
    await new Promise((resolve) => void setImmediate(resolve));
    expect(Buffer.concat(chunks).byteLength).toBe(48);
  });
});
