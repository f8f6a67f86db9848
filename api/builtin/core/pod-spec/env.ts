/** The environment of a container. Source: kubernetes pkg/apis/core/validation ValidateEnv, ValidateEnvFrom. */
import { child, type FieldError, type FieldPath, index, invalid } from '../../../field-error.ts'
import { checkConfigMapKey, checkLabel, checkRelaxedEnvVarName, checkSubdomain } from '../../../names.ts'
import type { EnvFromSource, EnvVar, EnvVarSource, FileKeySelector } from '../../../types/core-v1.ts'
import { complaints, requiredName } from '../../checks.ts'
import { ENV_FIELDS, validateFieldRef, validateResourceRef } from './downward.ts'
import { validateNoBacksteps } from './paths.ts'

/** What is wrong with variables that are given one by one. */
export const validateEnv = (variables: readonly EnvVar[], path: FieldPath): FieldError[] =>
  variables.flatMap(({ name, value = '', valueFrom }, at) => [
    ...requiredName(checkRelaxedEnvVarName, name, child(index(path, at), 'name')),
    ...(valueFrom ? validateSource(valueFrom, value, child(index(path, at), 'valueFrom')) : []),
  ])

function validateSource(source: EnvVarSource, value: string, path: FieldPath): FieldError[] {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source
  const sources = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length
  const errors = [
    ...(fieldRef ? validateFieldRef(fieldRef, ENV_FIELDS, child(path, 'fieldRef')) : []),
    ...(resourceFieldRef ? validateResourceRef(resourceFieldRef, child(path, 'resourceFieldRef')) : []),
    ...(configMapKeyRef ? validateKeyRef(configMapKeyRef, child(path, 'configMapKeyRef')) : []),
    ...(secretKeyRef ? validateKeyRef(secretKeyRef, child(path, 'secretKeyRef')) : []),
    ...(fileKeyRef ? validateFileRef(fileKeyRef, child(path, 'fileKeyRef')) : []),
  ]
  const refuse = (why: string) => [...errors, invalid(path, '', why)]
  if (sources === 0) {
    return refuse(
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
    )
  }
  if (value !== '') return refuse('may not be specified when `value` is not empty')
  return sources > 1 ? refuse('may not have more than one field specified at a time') : errors
}

const validateKeyRef = ({ name = '', key }: { name?: string; key: string }, path: FieldPath): FieldError[] => [
  ...complaints(checkSubdomain, name, child(path, 'name')),
  ...requiredName(checkConfigMapKey, key, child(path, 'key')),
]

const validateFileRef = ({ key, volumeName, path: file }: FileKeySelector, path: FieldPath): FieldError[] => [
  ...requiredName(checkRelaxedEnvVarName, key, child(path, 'key')),
  ...requiredName(checkLabel, volumeName, child(path, 'volumeName')),
  ...(file ? validateNoBacksteps(file, child(path, 'path')) : requiredName(checkLabel, file, child(path, 'path'))),
]

/** What is wrong with variables that are taken from a ConfigMap or Secret as a whole. */
export const validateEnvFrom = (sources: readonly EnvFromSource[], path: FieldPath): FieldError[] =>
  sources.flatMap(({ prefix = '', configMapRef, secretRef }, at) => {
    const place = index(path, at)
    return [
      ...(prefix === '' ? [] : complaints(checkRelaxedEnvVarName, prefix, child(place, 'prefix'))),
      ...(configMapRef ? requiredName(checkPrefix, configMapRef.name, child(place, 'configMapRef', 'name')) : []),
      ...(secretRef ? requiredName(checkPrefix, secretRef.name, child(place, 'secretRef', 'name')) : []),
      ...(configMapRef && secretRef ? [invalid(path, '', 'may not have more than one field specified at a time')] : []),
      ...(configMapRef || secretRef ? [] : [invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`')]),
    ]
  })

/** Kubernetes takes the name of a source for the beginning of one, so that it may end in a dash. */
const checkPrefix = (name: string): string[] => checkSubdomain(name.endsWith('-') ? `${name.slice(0, -1)}a` : name)
