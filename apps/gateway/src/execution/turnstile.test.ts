import { describe, expect, it } from 'vitest';
import { Turnstile } from './turnstile.ts';

describe('Turnstile', () => {
  it('lets as many run as it may, and the others in order, also after failures', async () => {
    const turnstile = new Turnstile(2);
    const events: string[] = [];
    const gates = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
    const runs = gates.map((gate, index) =>
      turnstile.run(async () => {
        events.push(`start ${index}`);
        await gate.promise;
      }),
    );
    const settled = Promise.allSettled(runs);
    const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
    await turn();
    expect(events).toEqual(['start 0', 'start 1']);
    gates[1]?.reject(new Error('failed'));
    await turn();
    expect(events).toEqual(['start 0', 'start 1', 'start 2']);
    for (const gate of gates) gate.resolve();
    expect((await settled).map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
    expect(events).toHaveLength(4);
  });
});
