/** The words that elections, candidates and lease guards share. */
import Type from 'typebox'

/** The group of everything about who may act. */
export const COORDINATION_GROUP = 'coordination.muster.dev'
/** As objects say it. */
export const COORDINATION_API_VERSION = `${COORDINATION_GROUP}/v1`

/** Conditions of a status. */
export const conditionsSchema = (description: string) =>
  Type.Array(
    Type.Object({
      type: Type.String({ description: 'Which.' }),
      status: Type.String({ description: 'True or False.' }),
      reason: Type.String({ description: 'One word.' }),
      message: Type.String({ description: 'A sentence.' }),
      lastTransitionTime: Type.String({ description: 'Since when.' }),
    }),
    { description },
  )
