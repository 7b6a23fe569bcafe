import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { refusedRequests, type RefusedRequest } from './refused-requests.ts';

const shownLength = 160;

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Sends each request to both servers. @returns the page that tells where their answers differ. */
export async function differencesPage(ours: string, theirs: string): Promise<string> {
  const rows: string[] = [];
  for (const refused of refusedRequests) {
    const [our, their] = [await send(ours, refused), await send(theirs, refused)];
    rows.push(`| ${refused.title} | ${cell(our)} | ${cell(their)} |`);
  }
  return [
    '# Errors, beside MLServer',
    '',
    '<!-- Written by tests/conformance/open-inference/mlserver.test.ts from the answers of both servers. Run it with WRITE_PAGES=1 to write it again. -->',
    '',
    'Cluster AI speaks with the words and status codes of Triton where Triton has some; MLServer has others. This is what both',
    'answer to the same requests, with the same models, MLServer 1.7.1 with its defaults. Answers to good requests are the same:',
    'the same test compares them, for each datatype in JSON, with binary tensors and over gRPC.',
    '',
    '| Request | Cluster AI | MLServer |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

/** Each on a connection of its own: some refusals end it. */
async function send(url: string, { method, path, body, headers }: RefusedRequest): Promise<Answer> {
  const call = request(url + path, {
    method: method ?? 'POST',
    agent: false,
    headers: { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body ?? ''), ...headers },
  });
  call.end(body);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  const text = (await Array.fromAsync(response as AsyncIterable<Buffer>)).join('');
  return { status: response.statusCode ?? 0, text };
}

function cell({ status, text }: Answer): string {
  if (text === '') return `${status}, empty`;
  if (status === 200) return `200: ${outputData(text)}`;
  // It names files of this machine.
  if (text.startsWith('Traceback')) return `${status}, a traceback of Python as plain text`;
  const oneLine = text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('`', "'");
  return `${status} \`${oneLine.length > shownLength ? `${oneLine.slice(0, shownLength)} …` : oneLine}\``;
}

/** Of an answer that is no refusal, what matters: the rest has a new id each time. */
function outputData(text: string): string {
  return `\`${/"data":\[[^\]]*\]/.exec(text)?.[0] ?? ''}\``;
}
