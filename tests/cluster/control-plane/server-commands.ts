import type { ClusterPrograms } from './build-programs.ts';
import type { ClusterFiles } from './cluster-files.ts';

export interface ClusterPorts {
  readonly etcd: number;
  readonly etcdPeers: number;
  readonly api: number;
  readonly manager: number;
  readonly scheduler: number;
  readonly kwok: number;
  readonly metrics: number;
}

export interface CommandSettings {
  readonly programs: ClusterPrograms;
  readonly files: ClusterFiles;
  readonly ports: ClusterPorts;
  readonly usageMetrics: string;
}

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

type ServerName = 'etcd' | 'kube-apiserver' | 'kube-controller-manager' | 'kube-scheduler' | 'kwok' | 'metrics-server';

/** How each server of the control plane is started: everything on the loopback interface, in the cluster's folder. */
export function serverCommands(settings: CommandSettings): Readonly<Record<ServerName, Command>> {
  const { kubernetes, kwok, metricsServer } = settings.programs;
  return {
    etcd: { program: kubernetes, args: ['etcd', ...etcdFlags(settings)] },
    'kube-apiserver': { program: kubernetes, args: ['kube-apiserver', ...apiServerFlags(settings)] },
    'kube-controller-manager': { program: kubernetes, args: ['kube-controller-manager', ...managerFlags(settings)] },
    'kube-scheduler': { program: kubernetes, args: ['kube-scheduler', ...schedulerFlags(settings)] },
    kwok: { program: kwok, args: kwokFlags(settings) },
    'metrics-server': { program: metricsServer, args: metricsFlags(settings) },
  };
}

function etcdFlags({ files, ports }: CommandSettings): string[] {
  const clients = `http://127.0.0.1:${ports.etcd}`;
  const peers = `http://127.0.0.1:${ports.etcdPeers}`;
  return [
    `--data-dir=${files.path('etcd')}`,
    `--listen-client-urls=${clients}`,
    `--advertise-client-urls=${clients}`,
    `--listen-peer-urls=${peers}`,
    `--initial-advertise-peer-urls=${peers}`,
    `--initial-cluster=default=${peers}`,
    // What is in it lives as long as the test.
    '--unsafe-no-fsync',
    '--log-level=warn',
  ];
}

function apiServerFlags({ files, ports }: CommandSettings): string[] {
  return [
    `--etcd-servers=http://127.0.0.1:${ports.etcd}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.api}`,
    `--tls-cert-file=${files.path('apiserver.crt')}`,
    `--tls-private-key-file=${files.path('apiserver.key')}`,
    `--client-ca-file=${files.path('ca.crt')}`,
    `--token-auth-file=${files.path('tokens.csv')}`,
    '--anonymous-auth=false',
    '--authorization-mode=Node,RBAC',
    // PodSecurity is among those that are always on.
    '--enable-admission-plugins=NodeRestriction',
    '--service-cluster-ip-range=10.96.0.0/16',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${files.path('service-accounts.pub')}`,
    `--service-account-signing-key-file=${files.path('service-accounts.key')}`,
    `--kubelet-certificate-authority=${files.path('ca.crt')}`,
    '--kubelet-preferred-address-types=InternalIP',
    `--kubelet-client-certificate=${files.path('apiserver-kubelet-client.crt')}`,
    `--kubelet-client-key=${files.path('apiserver-kubelet-client.key')}`,
    `--requestheader-client-ca-file=${files.path('ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-username-headers=X-Remote-User',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    `--proxy-client-cert-file=${files.path('front-proxy-client.crt')}`,
    `--proxy-client-key-file=${files.path('front-proxy-client.key')}`,
    // Nobody in the cluster calls the API server through its Service.
    '--endpoint-reconciler-type=none',
  ];
}

function managerFlags({ files, ports }: CommandSettings): string[] {
  return [
    ...callerFlags(files.kubeconfig('controller-manager'), ports.manager),
    `--service-account-private-key-file=${files.path('service-accounts.key')}`,
    `--root-ca-file=${files.path('ca.crt')}`,
    '--use-service-account-credentials=true',
    // Claims of the class `standard` get a folder of this machine.
    '--enable-hostpath-provisioner=true',
    // Time-lapse: an autoscaler looks every second, not every fifteen, and believes a pod that is Ready at once.
    '--horizontal-pod-autoscaler-sync-period=1s',
    '--horizontal-pod-autoscaler-initial-readiness-delay=1s',
    '--horizontal-pod-autoscaler-cpu-initialization-period=1s',
  ];
}

function schedulerFlags({ files, ports }: CommandSettings): string[] {
  return callerFlags(files.kubeconfig('scheduler'), ports.scheduler);
}

function callerFlags(kubeconfig: string, port: number): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--leader-elect=false',
  ];
}

function kwokFlags({ files, ports, usageMetrics }: CommandSettings): string[] {
  return [
    `--kubeconfig=${files.kubeconfig('kwok')}`,
    `--config=${usageMetrics}`,
    '--enable-crds=ClusterResourceUsage',
    '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
    '--cidr=10.200.0.0/16',
    '--node-ip=127.0.0.1',
    '--node-name=localhost',
    `--node-port=${ports.kwok}`,
    `--server-address=127.0.0.1:${ports.kwok}`,
    `--tls-cert-file=${files.path('kwok.crt')}`,
    `--tls-private-key-file=${files.path('kwok.key')}`,
    '--node-lease-duration-seconds=40',
  ];
}

function metricsFlags({ files, ports }: CommandSettings): string[] {
  const kubeconfig = files.kubeconfig('metrics-server');
  return [
    `--kubeconfig=${kubeconfig}`,
    `--authentication-kubeconfig=${kubeconfig}`,
    `--authorization-kubeconfig=${kubeconfig}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${ports.metrics}`,
    `--tls-cert-file=${files.path('metrics-server.crt')}`,
    `--tls-private-key-file=${files.path('metrics-server.key')}`,
    `--requestheader-client-ca-file=${files.path('ca.crt')}`,
    `--kubelet-certificate-authority=${files.path('ca.crt')}`,
    '--kubelet-preferred-address-types=InternalIP',
    '--kubelet-use-node-status-port',
    // The shortest that it takes.
    '--metric-resolution=10s',
    '--kubelet-request-timeout=5s',
  ];
}
