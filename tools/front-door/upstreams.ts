import { isIP } from 'node:net';
import type { FrontDoorSettings, Program } from './read-settings.ts';

/** What a request of a group is given to: a name that nginx looks up at run time, or one of the lists above it. */
interface Target {
  readonly name: string;
  readonly percent: number | null;
}

const about = `# Control plane and gateways, each a variable: that makes nginx look names up while it runs, again and again. Containers
# that come back under another address are found, and a request goes on to the next address of a name when it cannot be
# sent to one. Addresses stand in a list of their own.
`;

/** Text of `upstreams.conf`. */
export function renderUpstreams({ backend, gateways, gatewaysGrpc }: FrontDoorSettings): string {
  const groups = [
    renderGroup('backend', backend),
    renderGroup('gateways', gateways),
    renderGroup('gateways_grpc', gatewaysGrpc),
  ];
  return [about, ...groups].join('\n');
}

function renderGroup(variable: string, programs: readonly Program[]): string {
  const lists: string[] = [];
  const list = (members: readonly Program[]): string => {
    const name = `${variable.replace('_', '-')}-${lists.length + 1}`;
    lists.push(renderList(name, members));
    return name;
  };
  const addresses = programs.filter(({ host, percent }) => isIP(host) !== 0 && percent === null);
  const targets: Target[] = programs
    .filter((program) => !addresses.includes(program) && program.percent !== 0)
    .map((program) => ({
      name: isIP(program.host) === 0 ? `${program.host}:${program.port}` : list([program]),
      percent: program.percent,
    }));
  if (addresses.length > 0) targets.push({ name: list(addresses), percent: null });
  return `${lists.join('')}${renderChoice(variable, targets)}`;
}

/** Nobody of a list is ever left out: were all of them thought to be away, nginx would refuse what one could answer. */
function renderList(name: string, members: readonly Program[]): string {
  // A second try at a single address: behind that of a Service of Kubernetes there are several programs.
  const servers = members.length === 1 ? [...members, ...members] : members;
  const lines = servers.map(({ host, port }) => `  server ${inUrl(host)}:${port} max_fails=0;\n`);
  return `upstream ${name} {\n  zone ${name} 64k;\n${lines.join('')}}\n`;
}

function renderChoice(variable: string, targets: readonly Target[]): string {
  const [first] = targets;
  if (targets.length === 1 && first !== undefined) return `map "" $${variable} {\n  default ${first.name};\n}\n`;
  const given = targets.reduce((sum, { percent }) => sum + (percent ?? 0), 0);
  const others = targets.filter(({ percent }) => percent === null).length;
  const share = ({ percent }: Target): number => percent ?? Math.floor(((100 - given) / others) * 100) / 100;
  // The last one takes what is left.
  const ordered = targets.toSorted((a, b) => Number(a.percent === null) - Number(b.percent === null));
  const lines = ordered.map((target, index) => {
    const part = index === ordered.length - 1 ? '*' : `${share(target)}%`;
    return `  ${part} ${target.name};\n`;
  });
  return `split_clients $request_id $${variable} {\n${lines.join('')}}\n`;
}

function inUrl(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}
