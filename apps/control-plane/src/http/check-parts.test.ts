import Fastify from 'fastify';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { checkParts } from './check-parts.ts';
import { clusterErrorOf } from './problem.ts';

test('an object with a length of its own is refused as what it is, and is no defect', async () => {
  const app = Fastify();
  app.setValidatorCompiler(checkParts);
  app.setErrorHandler((error: Error, _request, reply) => {
    const { code, httpStatus, message } = clusterErrorOf(error);
    return reply.status(httpStatus).send({ code, message });
  });
  app.post('/', { schema: { body: z.object({ name: z.string().max(5) }) } }, async () => ({ taken: true }));
  const post = async (body: string) => {
    const answer = await app.inject({
      method: 'POST',
      url: '/',
      headers: { 'content-type': 'application/json' },
      body,
    });
    return { status: answer.statusCode, body: answer.json<unknown>() };
  };
  expect(await post('{"name":{"length":{"toString":0}}}')).toEqual({
    status: 400,
    body: { code: 'INVALID_ARGUMENT', message: 'an object stands where a text or a list is expected' },
  });
  expect(await post('{"name":7}')).toMatchObject({ status: 400, body: { code: 'INVALID_ARGUMENT' } });
  expect(await post('{"name":"ok"}')).toMatchObject({ status: 200 });
  await app.close();
});

test('a defect in a schema is not laid to whoever sent the request', async () => {
  const app = Fastify();
  app.setValidatorCompiler(checkParts);
  const broken = z.object({
    name: z.string().refine(() => {
      throw new TypeError('x is not a function');
    }),
  });
  app.post('/', { schema: { body: broken } }, async () => ({ taken: true }));
  const answer = await app.inject({ method: 'POST', url: '/', payload: { name: 'ok' } });
  expect(answer.statusCode).toBe(500);
  await app.close();
});
