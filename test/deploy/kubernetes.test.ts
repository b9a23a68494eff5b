import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress';
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { Namespace } from 'kubernetes-models/v1/Namespace';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import { filesOf, pathOf, settings, textOf, yamlOf } from './files.ts';

const MODELS = {
  Deployment,
  HorizontalPodAutoscaler,
  Ingress,
  Namespace,
  NetworkPolicy,
  PodDisruptionBudget,
  Service,
  ServiceAccount,
};

type Kustomization = {
  readonly resources?: readonly string[];
  readonly configMapGenerator?: readonly { readonly literals: readonly string[] }[];
};

type Probe = { readonly httpGet: { readonly path: string } };
type Container = {
  readonly securityContext: object;
  readonly resources: { readonly limits: { readonly memory: string } };
  readonly startupProbe?: Probe;
  readonly readinessProbe?: Probe;
  readonly livenessProbe?: Probe;
};
/** What is looked at here of a pod. */
type Pod = {
  readonly securityContext: object;
  readonly terminationGracePeriodSeconds: number;
  readonly initContainers: readonly Container[];
  readonly containers: readonly Container[];
};

const NODES = { 'app.kubernetes.io/name': 'clawcierge' };

const kustomizations = filesOf('deploy/kubernetes/**/kustomization.yaml');
const manifests = filesOf('deploy/kubernetes/**/*.yaml').filter((path) => !kustomizations.includes(path));
const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/'));
const kustomization = (path: string) => yamlOf(path)[0] as Kustomization;

// By Kubernetes' own schemas. No cluster has run them.
describe.each(manifests)('%s', (path) => {
  it('is what Kubernetes takes', () => {
    for (const manifest of yamlOf(path) as readonly { readonly kind: keyof typeof MODELS }[]) {
      const Model = MODELS[manifest.kind];
      expect(Model, manifest.kind).toBeDefined();
      new Model(manifest as never).validate();
    }
  });

  it('is part of a kustomization', () => {
    const name = path.slice(folderOf(path).length + 1);
    expect(kustomization(`${folderOf(path)}/kustomization.yaml`).resources).toContain(name);
  });
});

/** What TypeScript says of manifests as values of Kubernetes' own types: their schemas take members that there are not. */
const unknownMembers = (manifests: readonly { readonly kind: keyof typeof MODELS; readonly apiVersion: string }[]) => {
  const folder = mkdtempSync(join(pathOf('node_modules'), '.manifests-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'manifests.ts');
  writeFileSync(
    file,
    manifests
      .map((manifest, index) => {
        const from = `kubernetes-models/${manifest.apiVersion}/${manifest.kind}`;
        return `export const a${index}: import('${from}').I${manifest.kind} = ${JSON.stringify(manifest)};\n`;
      })
      .join(''),
  );
  const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
  return spawnSync(pathOf('node_modules/.bin/tsc'), [...options, file], { encoding: 'utf8' }).stdout;
};

it('no manifest has a member that Kubernetes does not know, and one that had would be found', () => {
  const all = manifests.flatMap((path) => yamlOf(path) as Parameters<typeof unknownMembers>[0]);
  expect(unknownMembers(all)).toBe('');
  const misspelt = JSON.parse(JSON.stringify(all).replaceAll('"readinessProbe"', '"readynessProbe"'));
  expect(unknownMembers(misspelt)).toContain('"readynessProbe"');
});

describe.each(kustomizations)('%s', (path) => {
  it('names what is there', () => {
    for (const resource of kustomization(path).resources ?? []) {
      expect(filesOf(`${folderOf(path)}/${resource}`), resource).not.toEqual([]);
    }
  });

  it('sets settings that exist', () => {
    const literals = kustomization(path).configMapGenerator?.flatMap((generator) => generator.literals) ?? [];
    const names = literals.map((literal) => literal.split('=')[0] as string);
    expect(names.filter((name) => !settings().has(name))).toEqual([]);
  });
});

// kustomize fills in no empty selector of it.
it('the network policy is of our own pods', () => {
  const [policy] = yamlOf('deploy/kubernetes/base/network-policy.yaml');
  expect(policy).toMatchObject({ spec: { podSelector: { matchLabels: NODES } } });
});

describe('a pod', () => {
  const [deployment] = yamlOf('deploy/kubernetes/base/deployment.yaml') as [{ spec: { template: { spec: Pod } } }];
  const pod = deployment.spec.template.spec;

  it('may change nothing and become nobody else', () => {
    expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
    for (const container of [...pod.initContainers, ...pod.containers]) {
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      expect(container.resources.limits.memory).toMatch(/Mi$/);
    }
  });

  it('is asked what each probe is for', () => {
    const [node] = pod.containers;
    expect([node?.startupProbe, node?.readinessProbe, node?.livenessProbe].map((probe) => probe?.httpGet.path)).toEqual(
      ['/health/startup', '/health/ready', '/health'],
    );
  });

  it('has longer to end than it takes', () => {
    const drain = Number(/SHUTDOWN_DRAIN_SECONDS=(\d+)/.exec(textOf('deploy/kubernetes/base/kustomization.yaml'))?.[1]);
    const grace = Number(/`SHUTDOWN_GRACE_SECONDS` \| `(\d+)`/.exec(textOf('docs/settings.md'))?.[1]);
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(drain + grace + 5);
  });
});

const KUBECTL = '/usr/bin/kubectl';

type Rendered = { readonly kind: string; readonly spec: Readonly<Record<string, unknown>> };

/** What kubectl would send to a cluster. */
function renderedOf(folder: string): readonly Rendered[] {
  const text = execFileSync(KUBECTL, ['kustomize', folder], { encoding: 'utf8', stdio: 'pipe' });
  return parseAllDocuments(text).map((document) => document.toJS() as Rendered);
}

/** What the autoscaler of it counts. */
const scaledBy = (manifests: readonly Rendered[]): readonly string[] => {
  const autoscaler = manifests.find(({ kind }) => kind === 'HorizontalPodAutoscaler');
  new HorizontalPodAutoscaler(autoscaler as never).validate();
  const metrics = autoscaler?.spec.metrics as readonly { readonly type: string }[] | undefined;
  return metrics?.map(({ type }) => type) ?? [];
};

describe.skipIf(!existsSync(KUBECTL)).each(['production', 'staging'])('the overlay %s, rendered', (overlay) => {
  const rendered = () => renderedOf(pathOf(`deploy/kubernetes/overlays/${overlay}`));
  const specOf = (kind: string) => rendered().find((each) => each.kind === kind)?.spec;

  it('selects its own pods, and no other of the namespace', () => {
    expect(specOf('Service')).toMatchObject({ selector: NODES });
    expect(specOf('Deployment')).toMatchObject({ selector: { matchLabels: NODES } });
    expect(specOf('PodDisruptionBudget')).toMatchObject({ selector: { matchLabels: NODES } });
    expect(specOf('NetworkPolicy')).toMatchObject({ podSelector: { matchLabels: NODES } });
  });

  it('says how many nodes there are in one place', () => {
    const says = [specOf('HorizontalPodAutoscaler')?.minReplicas, specOf('Deployment')?.replicas];
    expect(says.filter((each) => each !== undefined)).toHaveLength(1);
  });
});

// An autoscaler that cannot read one of its metrics adds pods by the others, and never takes one away.
describe.skipIf(!existsSync(KUBECTL))('the autoscaler', () => {
  it('counts what every cluster tells of', () => {
    expect(scaledBy(renderedOf(pathOf('deploy/kubernetes/overlays/production')))).toEqual(['Resource']);
  });

  it('counts channels besides where the overlay says so', () => {
    const folder = mkdtempSync(join(tmpdir(), 'clawcierge-overlay-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const fromHere = (path: string) => relative(realpathSync(folder), pathOf(`deploy/kubernetes/${path}`));
    const overlay = {
      resources: [fromHere('overlays/production')],
      components: [fromHere('components/scale-by-channels')],
    };
    writeFileSync(join(folder, 'kustomization.yaml'), stringify(overlay));
    expect(scaledBy(renderedOf(folder))).toEqual(['Pods', 'Resource']);
  });
});
