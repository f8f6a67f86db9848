/** Who may mount a volume at once, in three letters. Source: kubernetes pkg/apis/core/v1/helper GetAccessModesAsString. */

const SHORT: Readonly<Record<string, string>> = {
  ReadWriteOnce: 'RWO',
  ReadOnlyMany: 'ROX',
  ReadWriteMany: 'RWX',
  ReadWriteOncePod: 'RWOP',
}

/** `RWO,ROX`: each once, in the order of the table, unknown ones left out. */
export const sayAccessModes = (modes: readonly string[] = []): string =>
  Object.entries(SHORT)
    .filter(([mode]) => modes.includes(mode))
    .map(([, short]) => short)
    .join(',')

/** The annotation by which a class of storage was chosen before there was a field. */
export const STORAGE_CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'
