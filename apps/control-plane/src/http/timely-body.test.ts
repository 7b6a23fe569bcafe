import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { timelyBody } from './timely-body.ts';

test('a body in time is what was sent', async () => {
  const sent = new PassThrough();
  const body = text(timelyBody(sent, 10_000));
  sent.write('{"a":');
  sent.end('1}');
  expect(await body).toBe('{"a":1}');
});

test('a body that is not whole in time ends with REQUEST_TIMEOUT, and what it came from stays open for an answer', async () => {
  const sent = new PassThrough();
  const body = text(timelyBody(sent, 50));
  sent.write('{');
  await expect(body).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' });
  expect(sent.destroyed).toBe(false);
});

test('a client that goes away ends its body with CANCELLED', async () => {
  const sent = new PassThrough();
  const body = text(timelyBody(sent, 10_000));
  sent.write('{');
  sent.destroy();
  await expect(body).rejects.toMatchObject({ code: 'CANCELLED' });
});

test('a client that goes away from a body that nobody reads harms nobody', async () => {
  const sent = new PassThrough();
  const body = timelyBody(sent, 10_000);
  sent.on('error', () => undefined);
  sent.destroy(new Error('reset'));
  await new Promise((resolve) => body.once('close', resolve));
  expect(body.errored).toMatchObject({ code: 'CANCELLED' });
});
