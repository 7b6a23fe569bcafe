import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

// The health check of a container, where there is no shell and no curl: node health.js <url> [<timeout in ms>]
// Exit codes: 0 the address answered 200; 1 it did not, or not in time; 2 it was called wrongly.

const [, , address = '', timeout = '4000'] = process.argv;
const timeoutMs = Number(timeout);

function fail(why: string, code = 1): never {
  process.stderr.write(`${address}: ${why}\n`);
  process.exit(code);
}

if (!URL.canParse(address) || !Number.isInteger(timeoutMs) || timeoutMs < 1) {
  fail('write node health.js <url of a readiness or liveness path> [<timeout in ms>]', 2);
}

const url = new URL(address);
// A container asks itself: the name in its certificate is that of the outside.
const outgoing = url.protocol === 'https:' ? requestHttps(url, { rejectUnauthorized: false }) : requestHttp(url);
setTimeout(() => fail(`no answer within ${timeoutMs} ms`), timeoutMs);
outgoing.on('error', (error) => fail(error.message));
outgoing.on('response', (response) => {
  if (response.statusCode === 200) process.exit(0);
  fail(`status ${response.statusCode}`);
});
outgoing.end();
