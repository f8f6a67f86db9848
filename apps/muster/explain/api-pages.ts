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
} as const satisfies Record<string, Page>
