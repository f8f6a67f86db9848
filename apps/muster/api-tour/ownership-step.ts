/** Two managers of one object: who owns which field. */
import { isControlError } from '@muster/base/errors.ts'
import { text } from '../terminal/language.ts'
import { expect } from '../tour/play.ts'
import { CONFIG_MAPS, configMap, type Step } from './stage.ts'

/** What the steps behind it look back at. */
export const SHARED = 'shared'

/** Applied by one, refused to another who wants the same field, and given when he insists. */
export const ownershipStep: Step = {
  title: text(
    'Of two who apply the same field, the second is told who owns it',
    '两人 apply 同一字段，后者会被告知归谁所有',
  ),
  command: 'kubectl apply --server-side --field-manager=sale -f shared.yaml',
  async play({ client }) {
    const maps = client().resource(CONFIG_MAPS)
    await maps.apply(configMap(SHARED, { colour: 'green' }), { fieldManager: 'shop' })
    let refusal = ''
    try {
      await maps.apply(configMap(SHARED, { colour: 'red' }), { fieldManager: 'sale' })
    } catch (error) {
      if (!isControlError(error) || error.code !== 'Conflict') throw error
      refusal = error.message
    }
    expect(refusal.includes('conflict with "shop"'), `the refusal names the owner, and not: ${refusal}`)
    const forced = await maps.apply(configMap(SHARED, { colour: 'red' }), { fieldManager: 'sale', force: true })
    expect(forced.data?.colour === 'red', 'who insists gets it')
    return [
      text(`sale: ${refusal}`, `sale：${refusal}`),
      text('sale, with --force-conflicts: red', 'sale 加 --force-conflicts：red'),
    ]
  },
}
