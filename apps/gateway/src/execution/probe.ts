import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Clock } from '@cluster-ai/core/ports/clock.ts';
import type { Logger } from '@cluster-ai/platform/log/log.ts';
import {
  decodeProbedFrame,
  encodeLoadFrame,
  type LoadOrder,
  type ProbeReport,
} from '@cluster-ai/protocols/runner-frames/control-frames.ts';
import { frameKinds } from '@cluster-ai/protocols/runner-frames/frame.ts';
import type { Confinement } from '../confinement/confinement.ts';
import { RunnerProcess } from './runner-process.ts';

export interface ProbeOptions {
  readonly modelId: string;
  readonly loadTimeoutMs: number;
  readonly confinement: Confinement;
  readonly log: Logger;
  readonly clock: Clock;
}

/**
 * Tries a model out in a process of its own, which cannot harm anything: whether it loads, whether it runs on made-up
 * inputs, and whether merged runs answer what single runs answer.
 * @throws ClusterError MODEL_INVALID with the reason; OVERLOADED when no process could be started.
 */
export async function probe(order: LoadOrder, options: ProbeOptions): Promise<ProbeReport> {
  try {
    return await probeOnce(order, options);
  } catch (error) {
    if (!(error instanceof ClusterError) || error.code !== 'RUNNER_CRASHED') throw error;
    // SIGKILL came from outside (an operator, the kernel short of memory): it need not be the model's fault.
    if (!error.message.includes('SIGKILL')) throw new ClusterError('MODEL_INVALID', error.message, { cause: error });
  }
  try {
    return await probeOnce(order, options);
  } catch (error) {
    if (!(error instanceof ClusterError) || error.code !== 'RUNNER_CRASHED') throw error;
    throw new ClusterError('MODEL_INVALID', `${error.message}, twice; is there too little memory for it?`, {
      cause: error,
    });
  }
}

async function probeOnce(order: LoadOrder, options: ProbeOptions): Promise<ProbeReport> {
  const process = startProcess(options);
  const link = process.link(0);
  process.startSlot(0);
  const timer = setTimeout(() => process.kill(`took longer than ${options.loadTimeoutMs} ms`), options.loadTimeoutMs);
  try {
    return await new Promise<ProbeReport>((resolve, reject) => {
      const requestId = link.nextRequestId();
      link.send(requestId, [encodeLoadFrame(frameKinds.PROBE, requestId, 0, order)], {
        modelId: options.modelId,
        activity: 'loading the model',
        limitMs: options.loadTimeoutMs,
        onAnswer: (frame) => {
          const report = decodeProbedFrame(frame);
          return () => resolve(report);
        },
        onFailure: reject,
      });
    });
  } finally {
    clearTimeout(timer);
    await process.end();
  }
}

function startProcess({ modelId, confinement, log, clock }: ProbeOptions): RunnerProcess {
  try {
    const process: RunnerProcess = new RunnerProcess({
      id: `probe of ${modelId}`,
      slots: 1,
      inBackground: true,
      confinement,
      log,
      clock,
      onSlotEnded: () => undefined,
      onClose: (how) => process.link(0).failAll(how, [modelId]),
    });
    return process;
  } catch (error) {
    // The model has not been met: nothing is wrong with it.
    throw new ClusterError('OVERLOADED', 'a process to try the model out could not be started', {
      cause: error,
      retryAfterSeconds: 1,
    });
  }
}
