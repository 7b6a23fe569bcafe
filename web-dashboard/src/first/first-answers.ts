import type { FirstNeeds } from './first-needs.ts';

/** As the API's client sends its calls: an answer that is asked for early must be the one that would be asked for later. */
const asked: RequestInit = { method: 'GET', headers: { accept: 'application/json' } };

/** One call at most, milliseconds; as the client's. */
const timeoutMs = 15_000;

/** An answer that nobody has taken for this long is old, milliseconds. */
const keptMs = 5_000;

const api = '/api/v1';

/** Answers on their way, by the address that they were asked for under; each is taken once. */
const answers = new Map<string, Promise<Response>>();

/**
 * Asks for what a page needs first while its code is still on its way. The session goes ahead: what only people who are
 * signed in may read is not asked for in anybody else's name.
 */
export function askFirst({ calls }: FirstNeeds): void {
  const session = ask('/session');
  const isKnown = session.then(async (answer) => answer.ok && mayRead(await answer.clone().json()));
  for (const path of ['/overview', ...calls]) {
    keep(
      path,
      isKnown.then((isAllowed) => (isAllowed ? send(path) : Promise.reject(new Error('nobody is signed in')))),
    );
  }
  setTimeout(() => answers.clear(), keptMs);
}

/**
 * Sends a call of the client, or takes the answer that was asked for before. What changes something makes the others old.
 * @throws what `fetch` throws
 */
export async function fetchOrTake(url: string, request: RequestInit): Promise<Response> {
  const early = request.method === 'GET' ? answers.get(url) : undefined;
  if (early === undefined) {
    if (request.method !== 'GET') answers.clear();
    return fetch(url, request);
  }
  answers.delete(url);
  const answer = await early.catch(() => null);
  request.signal?.throwIfAborted();
  return answer ?? fetch(url, request);
}

function ask(path: string): Promise<Response> {
  const answer = send(path);
  keep(path, answer);
  return answer;
}

function keep(path: string, answer: Promise<Response>): void {
  // Whoever takes it hears of a failure and asks again.
  answer.catch(() => undefined);
  answers.set(addressOf(path), answer);
}

function send(path: string): Promise<Response> {
  return fetch(addressOf(path), { ...asked, signal: AbortSignal.timeout(timeoutMs) });
}

function addressOf(path: string): string {
  return `${globalThis.location.origin}${api}${path}`;
}

/** Looks at no more of the session than it needs: the client checks the whole of it. */
function mayRead(session: unknown): boolean {
  return typeof session === 'object' && session !== null && 'via' in session && session.via !== null;
}
