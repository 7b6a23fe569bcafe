import { readCpuProfile, selfTimesUs, type ProfileNode } from './cpu-profile.ts';

export interface ObserveShare {
  /** Share of the busy time of the gateway's main thread that passed in the files, what they call included. */
  readonly share: number;
  readonly busySeconds: number;
}

const notBusy = new Set(['(idle)', '(program)']);

/** Reads a CPU profile of V8: how much of the busy time lies below frames of the given files. */
export async function observeShare(profileFile: string, files: readonly string[]): Promise<ObserveShare> {
  const profile = await readCpuProfile(profileFile);
  const selfUs = selfTimesUs(profile);
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  let busyUs = 0;
  let insideUs = 0;
  const walk = (node: ProfileNode, outerInside: boolean): void => {
    const inside = outerInside || files.some((file) => node.callFrame.url.endsWith(file));
    const ownUs = notBusy.has(node.callFrame.functionName) ? 0 : (selfUs.get(node.id) ?? 0);
    busyUs += ownUs;
    if (inside) insideUs += ownUs;
    for (const child of node.children ?? []) {
      const next = byId.get(child);
      if (next !== undefined) walk(next, inside);
    }
  };
  const [root] = profile.nodes;
  if (root === undefined) throw new Error(`${profileFile} holds no profile`);
  walk(root, false);
  return { share: insideUs / busyUs, busySeconds: busyUs / 1e6 };
}
