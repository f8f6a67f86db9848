/** A controller of a few lines: gives every Greeting a ConfigMap that says it. */

/** Brings one greeting closer to what it should be. */
export async function reconcile(client, { namespace, name, word, uid }) {
  await client.call({
    method: 'PATCH',
    path: `/api/v1/namespaces/${namespace}/configmaps/${name}`,
    query: { fieldManager: 'greeter', force: 'true' },
    contentType: 'application/apply-patch+yaml',
    body: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name, ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Greeting', name, uid }] },
      data: { word },
    },
  })
}
