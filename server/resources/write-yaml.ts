/** YAML as Kubernetes writes it: fields in order, lists not indented, nothing said by reference. */
import { stringify } from 'yaml'

/** The text of a document. */
export const writeYaml = (value: unknown): string =>
  stringify(value, {
    sortMapEntries: true,
    aliasDuplicateObjects: false,
    indentSeq: false,
    lineWidth: 0,
    version: '1.1',
  })
