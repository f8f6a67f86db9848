import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { KubeConfig } from '@kubernetes/client-node'
import { kubeconfigOf } from './kubeconfig.ts'

const text = (inBase64: string | undefined): string => Buffer.from(inBase64 ?? '', 'base64').toString()

test('a client library finds its way in by it', () => {
  const long = `-----BEGIN CERTIFICATE-----\n${'A'.repeat(2000)}\n-----END CERTIFICATE-----\n`
  const written = kubeconfigOf([
    {
      name: 'muster',
      server: 'https://127.0.0.1:6443',
      authority: long,
      credentials: { certificate: 'certificate', privateKey: 'key' },
    },
    {
      name: 'muster-shop',
      server: 'https://127.0.0.1:6443/clusters/shop',
      authority: long,
      credentials: { token: 'secret: yes' },
      namespace: 'web',
    },
  ])
  const config = new KubeConfig()
  config.loadFromString(written)
  equal(config.currentContext, 'muster')
  equal(config.getCurrentCluster()?.server, 'https://127.0.0.1:6443')
  equal(text(config.getCurrentCluster()?.caData), long)
  equal(text(config.getCurrentUser()?.certData), 'certificate')
  equal(text(config.getCurrentUser()?.keyData), 'key')
  config.setCurrentContext('muster-shop')
  equal(config.getCurrentUser()?.token, 'secret: yes')
  deepEqual(config.getContextObject('muster-shop'), {
    cluster: 'muster-shop',
    name: 'muster-shop',
    user: 'muster-shop',
    namespace: 'web',
  })
})
