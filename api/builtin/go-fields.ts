/** How Go prints an object whose fields have no names for JSON: every field, under its name in Go. */

/** `names` says the name in Go of each field, in the order of Go. What is absent is null. */
export const goFields = (object: object | undefined, names: Readonly<Record<string, string>>): object | null =>
  object === undefined
    ? null
    : Object.fromEntries(
        Object.entries(names).map(([field, name]) => [name, new Map(Object.entries(object)).get(field) ?? null]),
      )
