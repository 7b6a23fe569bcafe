import { join } from 'node:path';
import { podNetwork } from './network.ts';

/** containerd 1.6, configuration version 2. */
export function containerdConfiguration(folder: string, pauseImage: string): string {
  const path = (name: string): string => JSON.stringify(join(folder, name));
  return `version = 2
root = ${path('containerd')}
state = ${path('run')}
[grpc]
  address = ${path('containerd.sock')}
[plugins."io.containerd.internal.v1.opt"]
  path = ${path('opt')}
[plugins."io.containerd.grpc.v1.cri"]
  # Where root may not make a process harder to kill than it is itself (no CAP_SYS_RESOURCE), runc would end.
  restrict_oom_score_adj = true
  sandbox_image = ${JSON.stringify(pauseImage)}
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = ${path('cni')}
  [plugins."io.containerd.grpc.v1.cri".containerd]
    snapshotter = "overlayfs"
    default_runtime_name = "runc"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
      runtime_type = "io.containerd.runc.v2"
      [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
        SystemdCgroup = false
`;
}

/** Pods on a bridge of the node's; what they send beyond it comes from the node's address. */
export function networkConfiguration(folder: string): unknown {
  return {
    cniVersion: '0.4.0',
    name: 'pods',
    plugins: [
      {
        type: 'bridge',
        bridge: podNetwork.bridge,
        isGateway: true,
        ipMasq: true,
        hairpinMode: true,
        ipam: {
          type: 'host-local',
          dataDir: join(folder, 'addresses'),
          ranges: [[{ subnet: podNetwork.subnet, gateway: podNetwork.gateway }]],
          routes: [{ dst: '0.0.0.0/0' }],
        },
      },
    ],
  };
}

export interface KubeletSettings {
  readonly folder: string;
  readonly clientAuthority: string;
  readonly certificate: string;
  readonly key: string;
}

export function kubeletConfiguration({ folder, clientAuthority, certificate, key }: KubeletSettings): unknown {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: clientAuthority },
    },
    authorization: { mode: 'Webhook' },
    tlsCertFile: certificate,
    tlsPrivateKeyFile: key,
    containerRuntimeEndpoint: `unix://${join(folder, 'containerd.sock')}`,
    cgroupDriver: 'cgroupfs',
    // Debian 12 on an older kernel command line has control groups of both versions, the controllers in version 1.
    failCgroupV1: false,
    failSwapOn: false,
    clusterDNS: [podNetwork.gateway],
    clusterDomain: 'cluster.local',
    resolvConf: join(folder, 'resolv.conf'),
    podLogsDir: join(folder, 'logs'),
    volumePluginDir: join(folder, 'volume-plugins'),
    readOnlyPort: 0,
    maxPods: 40,
    // The disk of a test machine is its own business.
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '1%',
      'imagefs.available': '1%',
      'nodefs.inodesFree': '1%',
    },
    imageGCHighThresholdPercent: 100,
  };
}

export function proxyConfiguration(kubeconfig: string): unknown {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    clientConnection: { kubeconfig },
    mode: 'iptables',
    clusterCIDR: podNetwork.subnet,
    hostnameOverride: 'machine',
    healthzBindAddress: '127.0.0.1:10256',
    metricsBindAddress: '127.0.0.1:10249',
    // Limits of connections are the machine's, not of one network.
    conntrack: { maxPerCore: 0, min: 0, tcpEstablishedTimeout: '0s', tcpCloseWaitTimeout: '0s' },
  };
}
