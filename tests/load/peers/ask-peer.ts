import { probabilitiesOf, type TrueOutputs } from '../bench/answers.ts';
import { wireRequest, type Scenario, type WireRequest } from '../bench/scenarios.ts';

/** Other builds of ONNX Runtime than ours may add in another order. */
const differenceMax = 1e-5;

/** The request that this server is asked, at the path of another. */
export function peerRequest(path: string, scenario: Scenario, index: number): WireRequest {
  return { ...wireRequest(scenario, index), path };
}

/** Asks one request. @returns the bytes and what they say. @throws Error for another status than 200. */
export async function askPeer(
  url: string,
  path: string,
  scenario: Scenario,
  index: number,
): Promise<{ readonly bytes: Buffer; readonly found: readonly number[] }> {
  const { headers, body } = peerRequest(path, scenario, index);
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body: Uint8Array.from(body) });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (response.status !== 200) throw new Error(`answered ${response.status}: ${bytes.toString().slice(0, 500)}`);
  return { bytes, found: probabilitiesOf(bytes, response.headers.get('inference-header-content-length')) };
}

/** Asks every request and compares the answers with ONNX Runtime's. @returns the bodies. @throws Error for a wrong one. */
export async function checkedPeerAnswers(
  url: string,
  path: string,
  scenario: Scenario,
  truth: TrueOutputs,
): Promise<Buffer[]> {
  const bodies: Buffer[] = [];
  for (const index of scenario.rows.keys()) {
    const { bytes, found } = await askPeer(url, path, scenario, index);
    const expected = truth[index] ?? [];
    const isRight =
      found.length === expected.length &&
      found.every((value, place) => Math.abs(value - (expected[place] ?? 0)) <= differenceMax);
    if (!isRight) {
      throw new Error(`request ${index} was answered ${found.join(' ')}; without a server it is ${expected.join(' ')}`);
    }
    bodies.push(bytes);
  }
  return bodies;
}
