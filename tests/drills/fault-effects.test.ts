import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startFailoverProxy } from '@cluster-ai/testkit/failover-proxy.ts';
import { startRedis } from '@cluster-ai/testkit/redis/redis-server.ts';
import { describe, expect, test } from 'vitest';
import { whetherEnded, whetherMet, whetherStopped } from './rounds/effects.ts';
import { canLimitDisks, limitDisk } from './rounds/limited-disk.ts';

// A fault of the drill that does nothing must be told from one that does: each check says both.

describe('whether a fault did something', () => {
  test('a process that was stopped or killed, and one that was not', async () => {
    const child = spawn('sleep', ['60']);
    const pids = [child.pid ?? 0];
    try {
      expect([await whetherStopped(pids), await whetherEnded(pids)]).toEqual([null, null]);
      child.kill('SIGSTOP');
      expect(await whetherStopped(pids)).toBe(`process ${child.pid} stands still`);
      child.kill('SIGKILL');
      expect(await whetherEnded(pids)).toBe(`process ${child.pid} ended`);
      expect([await whetherStopped(pids), await whetherStopped([]), await whetherEnded([0])]).toEqual([
        null,
        null,
        null,
      ]);
    } finally {
      child.kill('SIGKILL');
    }
  });

  test('a link that was cut or swallows every byte, and one that is whole', async () => {
    const redis = await startRedis();
    const link = await startFailoverProxy([Number(new URL(redis.url).port)]);
    const port = Number(new URL(link.url).port);
    try {
      const all = async () => [
        await whetherMet('answers', port, 'redis'),
        await whetherMet('ends', port, 'redis'),
        await whetherMet('is silent', port, 'redis'),
      ];
      expect(await all()).toEqual([`port ${port} answers`, null, null]);
      link.setLink('cut');
      expect(await all()).toEqual([null, `port ${port} ends`, null]);
      link.setLink('black-hole');
      expect(await all()).toEqual([null, null, `port ${port} is silent`]);
      link.setLink('whole');
      redis.freeze();
      expect(await all()).toEqual([null, null, `port ${port} is silent`]);
      redis.thaw();
      await redis.kill();
      expect(await all()).toEqual([null, `port ${port} ends`, null]);
    } finally {
      await link.close();
      await redis.remove();
    }
  });

  test('a disk that was filled, and one that has room', () => {
    if (!canLimitDisks()) {
      console.log('no full disks: only root can mount a disk of limited size');
      return;
    }
    const folder = mkdtempSync(join(tmpdir(), 'cluster-ai-disk-'));
    const disk = limitDisk(folder, 8);
    try {
      expect(disk.isFull()).toBe(false);
      disk.fill();
      expect(disk.isFull()).toBe(true);
      disk.clear();
      expect(disk.isFull()).toBe(false);
    } finally {
      disk.remove();
      rmSync(folder, { recursive: true });
    }
  });
});
