import { escaped } from './charts.ts';
import { selfTimesUs, type CallFrame, type CpuProfile, type ProfileNode } from './cpu-profile.ts';

/** A function below the ones that called it, with what it took itself and what those took that it called. */
interface Flame {
  readonly frame: CallFrame;
  totalUs: number;
  readonly callees: Map<string, Flame>;
}

const width = 1_200;
const rowHeight = 18;
const top = 64;
/** A narrower function is left out. */
const leastShare = 0.002;
const charWidth = 6.2;

const notBusy = new Set(['(idle)']);

/** Where a function comes from, and how it is painted. */
const origins: readonly { readonly label: string; readonly fill: string; readonly has: (url: string) => boolean }[] = [
  { label: 'gateway', fill: '#8fb4f7', has: (url) => url.includes('/apps/') },
  { label: 'servers and sockets', fill: '#9fd8a4', has: (url) => url.includes('/packages/platform/') },
  { label: 'codecs', fill: '#f2d16b', has: (url) => url.includes('/packages/protocols/') },
  { label: 'policies', fill: '#c9b3f5', has: (url) => url.includes('/packages/') },
  { label: 'Node', fill: '#d0d4da', has: (url) => url !== '' },
  { label: 'V8 and system calls', fill: '#f4a582', has: () => true },
];

/**
 * A CPU profile as a flame graph in SVG: callers above, what they call below them, as wide as their share of the busy time.
 * @param begins a function of this file marks the beginning: what came before, such as starting up, does not count.
 * @throws Error for a profile in which nothing counts.
 */
export function flameGraph(profile: CpuProfile, title: string, begins: string): string {
  const root = merged(profile, begins);
  if (root.totalUs === 0) throw new Error(`the profile holds nothing from ${begins} on`);
  const boxes: string[] = [];
  let depthMax = 0;
  const draw = (flame: Flame, x: number, depth: number): void => {
    depthMax = Math.max(depthMax, depth);
    boxes.push(box(flame, root.totalUs, x, depth));
    let at = x;
    for (const callee of [...flame.callees.values()].toSorted((left, right) => right.totalUs - left.totalUs)) {
      const share = callee.totalUs / root.totalUs;
      if (share >= leastShare) draw(callee, at, depth + 1);
      at += share * width;
    }
  };
  draw(root, 0, 0);
  const height = top + (depthMax + 1) * rowHeight + 8;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="11" role="img" aria-label="${escaped(title)}">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="8" y="22" font-size="15" font-weight="600">${escaped(title)}</text>`,
    ...legend(),
    ...boxes,
    '</svg>\n',
  ].join('\n');
}

/** Calls of the same function by the same callers are one, whatever line they were on. */
function merged(profile: CpuProfile, begins: string): Flame {
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const first = profile.samples.findIndex((id) => byId.get(id)?.callFrame.url.endsWith(begins) === true);
  const selfUs = selfTimesUs(profile, first === -1 ? profile.samples.length : first);
  const add = (node: ProfileNode, into: Flame): number => {
    let totalUs = notBusy.has(node.callFrame.functionName) ? 0 : (selfUs.get(node.id) ?? 0);
    for (const id of node.children ?? []) {
      const child = byId.get(id);
      if (child === undefined) continue;
      const { functionName, url } = child.callFrame;
      const key = `${functionName} ${url}`;
      const callee = into.callees.get(key) ?? { frame: child.callFrame, totalUs: 0, callees: new Map<string, Flame>() };
      into.callees.set(key, callee);
      totalUs += add(child, callee);
    }
    into.totalUs += totalUs;
    return totalUs;
  };
  const [rootNode] = profile.nodes;
  const root: Flame = { frame: { functionName: 'busy time', url: '' }, totalUs: 0, callees: new Map() };
  if (rootNode !== undefined) add(rootNode, root);
  return root;
}

function box({ frame, totalUs }: Flame, wholeUs: number, x: number, depth: number): string {
  const y = top + depth * rowHeight;
  const share = totalUs / wholeUs;
  const boxWidth = share * width;
  const name = frame.functionName === '' ? '(anonymous)' : frame.functionName;
  const room = Math.floor((boxWidth - 6) / charWidth);
  const text = room < 3 ? '' : name.length <= room ? name : `${name.slice(0, room - 1)}…`;
  const place = frame.url === '' ? '' : `, ${frame.url.replace(/^.*\/(?=(?:apps|packages|node_modules)\/)/, '')}`;
  return [
    `<g><title>${escaped(`${name}${place}: ${(100 * share).toFixed(1)} %`)}</title>`,
    `<rect x="${x.toFixed(1)}" y="${y}" width="${Math.max(0.5, boxWidth - 0.5).toFixed(1)}" height="${rowHeight - 1}" rx="2" fill="${originOf(frame.url).fill}"/>`,
    text === '' ? '' : `<text x="${(x + 4).toFixed(1)}" y="${y + 13}">${escaped(text)}</text>`,
    '</g>',
  ].join('');
}

function originOf(url: string): (typeof origins)[number] {
  const found = origins.find(({ has }) => has(url));
  if (found === undefined) throw new Error('the last origin takes everything');
  return found;
}

function legend(): string[] {
  return origins.flatMap(({ label, fill }, index) => {
    const x = 8 + index * 160;
    return [
      `<rect x="${x}" y="36" width="12" height="12" rx="2" fill="${fill}"/>`,
      `<text x="${x + 18}" y="46">${escaped(label)}</text>`,
    ];
  });
}
