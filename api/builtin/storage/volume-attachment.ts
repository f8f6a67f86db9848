/** A wish that a volume be attached to a node, and what became of it. */
import { NAME_COLUMN } from '../../columns.ts'
import { child, type FieldError, type FieldPath, forbidden, invalid, required, tooLong } from '../../field-error.ts'
import { byteLength } from '../../go-text.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { checkSubdomain } from '../../names.ts'
import type {
  VolumeAttachment,
  VolumeAttachmentSource,
  VolumeAttachmentSpec,
  VolumeAttachmentStatus,
  VolumeError,
} from '../../types/storage-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { immutable } from '../immutable.ts'
import { keepMetadata } from '../status-metadata.ts'
import { validateDriverName } from './driver-name.ts'

/** VolumeAttachment. Source: kubernetes pkg/registry/storage/volumeattachment, pkg/apis/storage. */
export const volumeAttachment = builtIn<VolumeAttachment>({
  group: 'storage.k8s.io',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      subresources: { status: true },
      columns: [
        NAME_COLUMN,
        column(
          'Attacher',
          'attacher indicates the name of the volume driver that MUST handle this request. This is the name returned by GetPluginName().',
          ({ spec }) => spec.attacher,
          { format: 'name' },
        ),
        column(
          'PV',
          'persistentVolumeName represents the name of the persistent volume to attach.',
          ({ spec }) => spec.source.persistentVolumeName ?? '',
        ),
        column(
          'Node',
          'nodeName represents the node that the volume should be attached to.',
          ({ spec }) => spec.nodeName,
        ),
        column(
          'Attached',
          'attached indicates the volume is successfully attached. This field must only be set by the entity completing the attach operation, i.e. the external-attacher.',
          ({ status }) => status?.attached ?? false,
          { type: 'boolean' },
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'none',
    unconditionalUpdate: false,
    returnsDeleted: true,
    prepareForUpdate({ metadata }, old, { subresource }) {
      if (subresource === 'status') keepMetadata(metadata, old.metadata)
    },
    validate: ({ metadata, spec, status }) => [
      ...validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
      ...validateDriverName(spec.attacher, 'spec.attacher'),
      ...validateSource(spec.source ?? {}, 'spec.source'),
      ...checkSubdomain(spec.nodeName ?? '').map((why) => invalid('spec.nodeName', spec.nodeName ?? '', why)),
      ...(status ? validateStatus(status, 'status') : []),
      ...checkVolumeName(spec.source?.persistentVolumeName),
    ],
    validateUpdate: ({ spec }, old) => immutable('spec', spec, old.spec, saySpec(spec)),
  },
})

function validateSource(
  { persistentVolumeName: name, inlineVolumeSpec }: VolumeAttachmentSource,
  path: FieldPath,
): FieldError[] {
  const exactlyOne = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'
  if (inlineVolumeSpec === undefined && name === undefined) return [required(path, exactlyOne)]
  if (inlineVolumeSpec !== undefined && name !== undefined) return [forbidden(path, exactlyOne)]
  return name === ''
    ? [required(child(path, 'persistentVolumeName'), 'must specify non empty persistentVolumeName')]
    : []
}

const checkVolumeName = (name: string | undefined): FieldError[] =>
  name === undefined ? [] : checkSubdomain(name).map((why) => invalid('spec.source.persistentVolumeName', name, why))

/** As {@link ERROR_BYTES_MAX}. */
const METADATA_BYTES_MAX = 256 * 1024
/** Source: kubernetes pkg/apis/storage/validation maxVolumeErrorMessageSize. */
const ERROR_BYTES_MAX = 1024

function validateStatus(
  { attachmentMetadata, attachError, detachError }: VolumeAttachmentStatus,
  path: FieldPath,
): FieldError[] {
  const entries = Object.entries(attachmentMetadata ?? {})
  const sizeBytes = entries.reduce((sum, [name, value]) => sum + byteLength(name) + byteLength(value), 0)
  return [
    ...(sizeBytes > METADATA_BYTES_MAX ? [tooLong(child(path, 'attachmentMetadata'), METADATA_BYTES_MAX)] : []),
    ...(attachError ? validateError(attachError, child(path, 'attachError')) : []),
    ...(detachError ? validateError(detachError, child(path, 'detachError')) : []),
  ]
}

const validateError = ({ message = '', errorCode = 0 }: VolumeError, path: FieldPath): FieldError[] => [
  // Kubernetes says the limit of the metadata here.
  ...(byteLength(message) > ERROR_BYTES_MAX ? [tooLong(child(path, 'message'), METADATA_BYTES_MAX)] : []),
  ...(errorCode < 0
    ? [invalid(child(path, 'errorCode'), errorCode, `must be between 0 and ${2 ** 31 - 1}, inclusive`)]
    : []),
]

/** As messages print it: Kubernetes' own form of it, which has other names than its JSON. */
const saySpec = ({ attacher, nodeName, source }: VolumeAttachmentSpec): object => ({
  Attacher: attacher,
  Source: {
    PersistentVolumeName: source.persistentVolumeName ?? null,
    InlineVolumeSpec: source.inlineVolumeSpec ?? null,
  },
  NodeName: nodeName,
})
