/** The pages about the Kubernetes API: MUS03.. */
import { EXIT } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import type { Page } from './page.ts'

/** Pages by code. */
export const API_PAGES = {
  MUS0301: {
    title: text('The API does not know who you are', 'API 无法识别你的身份'),
    exit: EXIT.error,
    meaning: text(
      'The request had no credential, or one that is not valid here. Nothing was read or written.',
      '请求没有携带凭据，或凭据在此无效。没有读取或写入任何内容。',
    ),
    causes: text(
      'A kubeconfig of another or an older control plane; a token that has expired; a certificate of another CA.',
      '使用了另一个或旧控制面的 kubeconfig；令牌已过期；证书来自另一个 CA。',
    ),
    cure: text(
      'Use the kubeconfig that the server wrote at its start: `default/kubeconfig` inside `~/.muster` or MUSTER_HOME.',
      '使用服务器启动时写出的 kubeconfig：`~/.muster` 或 MUSTER_HOME 中的 `default/kubeconfig`。',
    ),
  },
  MUS0302: {
    title: text('You may not do this', '你没有权限这样做'),
    exit: EXIT.error,
    meaning: text(
      'The API knows you, and no role of yours allows this. Nothing was read or written.',
      'API 认识你，但你的任何角色都不允许此操作。没有读取或写入任何内容。',
    ),
    causes: text(
      'No RoleBinding or ClusterRoleBinding gives it to you.',
      '没有 RoleBinding 或 ClusterRoleBinding 授予你此权限。',
    ),
    cure: text(
      'See what you may do with `kubectl auth can-i --list`, and ask an administrator for a binding.',
      '用 `kubectl auth can-i --list` 查看你的权限，并请管理员添加绑定。',
    ),
  },
  MUS0303: {
    title: text('The API does not speak like that', 'API 不支持这种请求方式'),
    exit: EXIT.error,
    meaning: text(
      'The path is there, but not with this method, this form of body, or this form of answer. Nothing was written.',
      '路径存在，但不支持该方法、该请求体格式或该响应格式。没有写入任何内容。',
    ),
    causes: text(
      'A patch type that the kind does not take, or an Accept header that nothing can satisfy.',
      '资源类型不接受该补丁格式，或 Accept 头无法满足。',
    ),
    cure: text(
      'See what the resource takes with `kubectl api-resources -o wide`; use a merge patch on custom resources.',
      '用 `kubectl api-resources -o wide` 查看资源支持的操作；对自定义资源请使用 merge patch。',
    ),
  },
  MUS0304: {
    title: text('This server keeps no history', '该服务器不保留历史'),
    exit: EXIT.error,
    meaning: text(
      'The current context of your kubeconfig is a Kubernetes that is not Muster: it forgets what was after five minutes, and who did it and why at once.',
      'kubeconfig 的当前上下文是普通的 Kubernetes 而不是 Muster：它五分钟后就忘记过去的状态，并且从不记录是谁、为什么。',
    ),
    causes: text(
      'Another context is current than you thought; or the server is a Muster older than its history.',
      '当前上下文不是你以为的那个；或者服务器是尚无历史功能的旧版 Muster。',
    ),
    cure: text(
      'See where you are with `kubectl config current-context`, and name another with `--context NAME`.',
      '用 `kubectl config current-context` 查看当前上下文，用 `--context NAME` 指定另一个。',
    ),
  },
  MUS0305: {
    title: text('There is no such object, kind or version', '没有这样的对象、资源类型或版本'),
    exit: EXIT.error,
    meaning: text(
      'Nothing of that name is there, nor is anything known of it in the past that is kept.',
      '没有该名称的对象，在保留的历史中也没有它的记录。',
    ),
    causes: text(
      'A slip of the pen; another namespace; or a retention policy has let its last version go.',
      '拼写错误；在另一个命名空间；或保留策略已丢弃其最后一个版本。',
    ),
    cure: text(
      'See what is there with `kubectl get TYPE -A`, what was with `kubectl muster get TYPE --as-of -1h`, and the kinds with `kubectl api-resources`.',
      '用 `kubectl get TYPE -A` 查看现有对象，用 `kubectl muster get TYPE --as-of -1h` 查看过去的对象，用 `kubectl api-resources` 查看资源类型。',
    ),
  },
  MUS0306: {
    title: text('That past is no longer kept', '那段历史已不再保留'),
    exit: EXIT.error,
    meaning: text(
      'The state of everything can be read from the horizon on, which retention moves; or that version was erased.',
      '只能读取保留界限之后的完整状态，该界限随保留策略移动；或者该版本已被抹除。',
    ),
    causes: text('Retention has passed it; or somebody has erased it.', '保留策略已越过它；或有人抹除了它。'),
    cure: text(
      'Single objects may have older versions still: `kubectl muster history TYPE NAME`.',
      '单个对象可能仍有更旧的版本：`kubectl muster history TYPE NAME`。',
    ),
  },
  MUS0307: {
    title: text('kubectl did not do what was asked of it', 'kubectl 未能完成请求'),
    exit: EXIT.error,
    meaning: text(
      'These commands reach the server through your own kubectl, so that every way to log in works. It failed.',
      '这些命令通过你自己的 kubectl 访问服务器，因此所有登录方式都可用。它失败了。',
    ),
    causes: text(
      'No kubectl on the PATH; a server that does not answer; a kubeconfig that names none.',
      'PATH 中没有 kubectl；服务器无响应；kubeconfig 没有指定服务器。',
    ),
    cure: text(
      'Try `kubectl version`. Another kubectl can be named in the variable KUBECTL.',
      '尝试 `kubectl version`。可用变量 KUBECTL 指定另一个 kubectl。',
    ),
  },
  MUS0308: {
    title: text('A part of it has failed', '其中一部分已失败'),
    exit: EXIT.gate,
    meaning: text(
      'Something that belongs to the object has failed for good: waiting longer would not help. Nothing was changed.',
      '属于该对象的某个部分已彻底失败：继续等待也无济于事。没有更改任何东西。',
    ),
    causes: text(
      'A Job whose tries are used up; a rollout beyond its progress deadline; a pod that ended with an error; a volume that is gone.',
      'Job 的重试次数已用尽；发布超过了进度期限；Pod 以错误结束；卷已丢失。',
    ),
    cure: text(
      'See the part that is named with `kubectl describe`, and the whole with `kubectl muster tree TYPE NAME`.',
      '用 `kubectl describe` 查看指出的部分，用 `kubectl muster tree TYPE NAME` 查看整体。',
    ),
  },
  MUS0309: {
    title: text('It took too long to become healthy', '就绪所用时间过长'),
    exit: EXIT.timeout,
    meaning: text(
      'What belongs to the object was not all healthy within `--timeout`. It goes on by itself; only the wait ended.',
      '属于该对象的内容未能在 `--timeout` 内全部就绪。它仍会自行继续，结束的只是等待。',
    ),
    causes: text(
      'No node has room for a pod; an image is missing; a probe does not succeed; a volume is not bound.',
      '没有节点能容纳 Pod；镜像缺失；探针未成功；卷未绑定。',
    ),
    cure: text(
      'The line `why` names what lacks. Look on with `kubectl muster tree TYPE NAME --watch`.',
      '`why` 一行指出缺少什么。用 `kubectl muster tree TYPE NAME --watch` 继续查看。',
    ),
  },
} as const satisfies Record<string, Page>
