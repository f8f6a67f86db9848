/** What every system stands on: the store, the simulation and the measurements. */
import { text } from '../terminal/language.ts'
import { partial, type System, works } from './capability.ts'

/** Ground, as asked for by its users. */
export const GROUND: System = {
  number: 0,
  name: text('Ground', '地基'),
  promise: text(
    'Nothing acknowledged is lost, nothing that happened is forgotten, and every fault can be replayed.',
    '已确认的写入不会丢失，发生过的事不会被遗忘，每个故障都能重放。',
  ),
  capabilities: [
    works(
      'A store that forgets nothing: any key as of any revision, who wrote it and why',
      '不遗忘的存储：任意键在任意修订号时的值，谁写的、为什么写',
      'muster store history KEY',
      'store/sqlite/sqlite.real.test.ts',
    ),
    works(
      'Several keys changed together or not at all, only if nobody else was faster',
      '多个键一起改变或都不改变，且只在没有被他人抢先时生效',
      'POST /v1/commit (docs/store-server.md)',
      'store/sqlite/sqlite.real.test.ts',
    ),
    works(
      'Killed at any moment, the store keeps every write that it acknowledged',
      '任意时刻被杀死，存储都保留所有已确认的写入',
      'muster store tour',
      'store/sqlite/kill.real.test.ts',
    ),
    works(
      'A full disk refuses writes with a clear error, goes on reading, and recovers when there is room',
      '磁盘写满时以清楚的错误拒绝写入，读取继续，有空间后恢复写入',
      'muster store status',
      'store/sqlite/full-disk.real.test.ts',
    ),
    works(
      'A watch that was cut goes on after the last event it saw, with none lost and none twice',
      '中断的监听从看到的最后一个事件之后继续，不丢失也不重复',
      'muster store watch PREFIX',
      'store/sqlite/sqlite.real.test.ts',
    ),
    works(
      'Keys that vanish together when their owner stops beating',
      '持有者停止心跳后，它的键一起消失',
      'muster store lease grant 10',
      'store/sqlite/sqlite.real.test.ts',
    ),
    works(
      'The whole store as one file, and back again',
      '整个存储导出为一个文件，也能恢复',
      'muster store snapshot FILE',
      'store/sqlite/sqlite.real.test.ts',
    ),
    partial(
      'Old history given up by policy, its disk space given back, no write held up for long (missing: writes waited 148 and 199 ms, the goal is 50; docs/performance.md)',
      '按策略放弃旧历史并归还磁盘空间，不长时间阻塞写入（未达到：写入曾等待 148 与 199 毫秒，目标为 50；docs/performance.md）',
      'muster store compact --keep-last 1000',
      'store/sqlite/compaction.real.test.ts',
    ),
    partial(
      'A Kubernetes API over the store that kubectl and other clients take for Kubernetes (missing: what the README lists)',
      '存储之上的 Kubernetes API，kubectl 等客户端可当作 Kubernetes 使用（缺少的部分见 README）',
      'muster up',
      'server/oracle/conformance.real.test.ts',
    ),
    partial(
      'A small Kubernetes on one machine, whose pods are processes (missing: see the README)',
      '一台机器上的小型 Kubernetes，Pod 即进程（缺少的部分见 README）',
      'muster up --demo',
      'apps/muster/fleet/fleet.real.test.ts',
    ),
    works(
      'Deployments, StatefulSets, DaemonSets, Jobs and CronJobs as Kubernetes keeps them',
      '与 Kubernetes 行为一致的 Deployment、StatefulSet、DaemonSet、Job 与 CronJob',
      'kubectl rollout restart deployment web',
      'packs/workload/deployments.test.ts',
    ),
    works(
      'Nodes that fall silent are noticed without a write for each heartbeat, and emptied a few at a time; none when all are silent',
      '无需为每次心跳写入即可发现沉默的节点，并限速清空；全部沉默时一个也不清空',
      'kubectl describe node',
      'packs/workload/node-eviction.test.ts',
    ),
    partial(
      'A scheduler with a reason for every node refused (missing: what packs/scheduling/README.md lists)',
      '调度器：每个被拒绝的节点都有理由（缺少的部分见 packs/scheduling/README.md）',
      'kubectl describe pod',
      'packs/scheduling/pack.test.ts',
    ),
    works(
      'Claims that get directories of nodes, and keep them through restarts',
      '存储声明获得节点上的目录，重启后仍在',
      'kubectl get pvc,pv',
      'packs/volumes/pack.test.ts',
    ),
    works(
      'Into a running pod: exec, attach, logs, port-forward, cp, top, proxies',
      '进入运行中的 Pod：exec、attach、logs、port-forward、cp、top、代理',
      'kubectl exec -it POD -- sh (docs/guides/exec-logs-and-proxies.md)',
      'apps/muster/kubectl/streams.real.test.ts',
    ),
    works(
      'Start, find again, stop and remove a control plane',
      '启动、再次找到、停止与删除控制平面',
      'muster up --detach; muster status; muster down (docs/guides/up-and-down.md)',
      'apps/muster/control-plane/control-plane.real.test.ts',
    ),
    works(
      'Any object as it was, its history, why it is what it is, and back again',
      '任意对象过去的样子、历史、为何如此，以及回退',
      'kubectl muster history|why|diff|revert',
      'apps/muster/past-commands/plugin.real.test.ts',
    ),
    works(
      'What belongs to an object, how each part is and why: once, live, or until all is well, on any Kubernetes',
      '属于某个对象的一切、各部分的状态与原因：看一次、持续看，或等到全部就绪，适用于任何 Kubernetes',
      'kubectl muster tree deployment/web (docs/guides/tree-and-health.md)',
      'apps/muster/past-commands/plugin.real.test.ts',
    ),
    works(
      'Several objects in one commit, or none, with one difference of all beforehand',
      '多个对象在同一次提交中写入或都不写入，事先可看到整体差异',
      'kubectl muster transact -f DIR (docs/guides/transactions.md)',
      'server/transactions/transactions.test.ts',
    ),
    works(
      'Elections whose terms fence every write of who leads',
      '选举的任期为领导者的每次写入加上围栏',
      'kubectl get elections (docs/guides/elections-and-fences.md)',
      'sim/elections/elections.test.ts',
    ),
    works(
      'The whole API simulated under crashes, compaction and restores',
      '在崩溃、压缩与恢复之下模拟整个 API',
      'SEEDS=500 npm run sim -- api-server.test',
      'sim/api-server/api-server.test.ts',
    ),
    works(
      'Quotas that are exact at every revision, under any number of writers, crashes and lost answers',
      '在任意数量的写入者、崩溃与丢失应答之下，每个修订号上都准确的配额',
      'kubectl create quota',
      'sim/quotas/quotas.test.ts',
    ),
    works(
      'Rules in CEL, in definitions and in validating admission policies',
      '资源定义与验证准入策略中的 CEL 规则',
      'kubectl apply -f policy.yaml (docs/guides/rules-and-policies.md)',
      'server/admission/policies/policies.test.ts',
    ),
    works(
      'Admission webhooks, asked as Kubernetes asks them',
      '按 Kubernetes 的方式调用的准入 webhook',
      'kubectl apply -f webhook.yaml (docs/guides/webhooks.md)',
      'server/admission/webhooks/webhooks.real.test.ts',
    ),
    works(
      'An audit log with policy',
      '带策略的审计日志',
      'muster up --audit-policy-file FILE',
      'apps/muster/audit/audit.real.test.ts',
    ),
    works(
      'One client cannot starve the others',
      '一个客户端不能饿死其他客户端',
      'kubectl get flowschemas,prioritylevelconfigurations',
      'apps/muster/api-server/fairness.real.test.ts',
    ),
    works(
      'Secrets sealed on the disk',
      'Secret 在磁盘上加密',
      'muster up --encryption-provider-config FILE',
      'apps/muster/api-server/encryption.real.test.ts',
    ),
    works(
      'People of an OpenID Connect issuer',
      'OpenID Connect 颁发者的用户',
      'muster up --authentication-config FILE',
      'apps/muster/api-server/oidc.real.test.ts',
    ),
    works(
      'A Kubernetes API with controllers inside a JavaScript test',
      'JavaScript 测试中的 Kubernetes API 与控制器',
      'startTestServer() (docs/guides/test-server.md)',
      'apps/test-server/test-server.test.ts',
    ),
    works(
      'Whole clusters of parties simulated on one thread; the seed of a failure replays it exactly',
      '在单线程上模拟由许多参与方组成的集群；失败的种子可精确重放',
      'SEED=7 npm run sim',
      'sim/determinism.real.test.ts',
    ),
    works(
      'The limits of this machine, and Muster beside etcd in the same run',
      '本机的极限，以及同一次运行中 Muster 与 etcd 的对比',
      'npm run bench',
      'bench/bench.real.test.ts',
    ),
  ],
}
