import { at, listAt } from './render.ts';

/**
 * What Pod Security `restricted` asks of a pod, written out, and what this chart asks beyond it: a read-only root, no
 * token, no service links, limits. https://kubernetes.io/docs/concepts/security/pod-security-standards/
 * @returns what is wrong, empty when nothing is.
 */
export function judgePod(spec: unknown): string[] {
  const wrong: string[] = [];
  const demand = (holds: boolean, sentence: string): void => {
    if (!holds) wrong.push(sentence);
  };
  const security = at(spec, 'securityContext');
  demand(at(security, 'runAsNonRoot') === true, 'runAsNonRoot is not true');
  demand(Number(at(security, 'runAsUser')) > 0, 'runs as root');
  demand(at(security, 'seccompProfile', 'type') === 'RuntimeDefault', 'no seccomp profile');
  for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) demand(at(spec, field) === undefined, `${field} is set`);
  demand(at(spec, 'enableServiceLinks') === false, 'variables of Services are put in');
  demand(typeof at(spec, 'automountServiceAccountToken') === 'boolean', 'it is not said whether there is a token');
  const allowedVolumes = new Set([
    'configMap',
    'secret',
    'projected',
    'emptyDir',
    'persistentVolumeClaim',
    'downwardAPI',
  ]);
  for (const volume of listAt(spec, 'volumes')) {
    const kinds = Object.keys(volume as object).filter((key) => key !== 'name');
    demand(
      kinds.every((kind) => allowedVolumes.has(kind)),
      `volume ${kinds.join()} is not allowed`,
    );
    const isUnlimited = kinds.includes('emptyDir') && at(volume, 'emptyDir', 'sizeLimit') === undefined;
    demand(!isUnlimited, 'an emptyDir has no limit');
  }
  const containers = [...listAt(spec, 'containers'), ...listAt(spec, 'initContainers')];
  demand(containers.length > 0, 'there is no container');
  for (const container of containers) judgeContainer(container, demand);
  return wrong;
}

function judgeContainer(container: unknown, demand: (holds: boolean, sentence: string) => void): void {
  const name = String(at(container, 'name'));
  const security = at(container, 'securityContext');
  demand(at(security, 'allowPrivilegeEscalation') === false, `${name} may gain privileges`);
  demand(at(security, 'privileged') === undefined, `${name} is privileged`);
  demand(at(security, 'readOnlyRootFilesystem') === true, `${name} has a writable root`);
  demand(listAt(security, 'capabilities', 'drop').join() === 'ALL', `${name} keeps capabilities`);
  demand(at(security, 'capabilities', 'add') === undefined, `${name} adds capabilities`);
  for (const kind of ['requests', 'limits']) {
    for (const resource of ['cpu', 'memory']) {
      demand(at(container, 'resources', kind, resource) !== undefined, `${name} has no ${kind} of ${resource}`);
    }
  }
  const hostPorts = listAt(container, 'ports').filter((port) => at(port, 'hostPort') !== undefined);
  demand(hostPorts.length === 0, `${name} takes a host port`);
  const mounts = listAt(container, 'volumeMounts').map((mount) => at(mount, 'mountPath'));
  demand(mounts.includes('/tmp'), `${name} has no /tmp`);
}
