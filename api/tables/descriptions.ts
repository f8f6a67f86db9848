/** What Kubernetes' types and their fields are for, in its own words. Only OpenAPI and explain need it: 0.7 MB. */

/** What one type is for, and each of its fields. */
export type TypeDescription = readonly [own: string, fields: Readonly<Record<string, string>>]

/** The descriptions of all types by their full names. Read when first asked for. */
export async function loadDescriptions(): Promise<Readonly<Record<string, TypeDescription>>> {
  const { default: table } = await import('./descriptions.json', { with: { type: 'json' } })
  // The edge of the schema: what the generator wrote is what this says.
  return table as unknown as Readonly<Record<string, TypeDescription>>
}
