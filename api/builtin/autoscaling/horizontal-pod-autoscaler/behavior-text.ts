/**
 * The behaviour of an autoscaler as the annotation of its first version carries it: with the names of Kubernetes' own
 * types, and null for what is not said. Source: kubernetes pkg/apis/autoscaling/types.go; Go encoding/json.
 */
import { goJson } from '../../../go-text.ts'
import { isObject } from '../../../schema/json.ts'
import type {
  HorizontalPodAutoscalerBehavior,
  HPAScalingPolicy,
  HPAScalingRules,
} from '../../../types/autoscaling-v2.ts'

/** The text of a behaviour. */
export const textOfBehavior = ({ scaleUp, scaleDown }: HorizontalPodAutoscalerBehavior): string =>
  goJson({ ScaleUp: sayRules(scaleUp), ScaleDown: sayRules(scaleDown) })

const sayRules = (rules: HPAScalingRules | undefined): object | null =>
  rules
    ? {
        StabilizationWindowSeconds: rules.stabilizationWindowSeconds ?? null,
        SelectPolicy: rules.selectPolicy ?? null,
        Policies: rules.policies?.map(sayPolicy) ?? null,
        Tolerance: rules.tolerance ?? null,
      }
    : null

const sayPolicy = ({ type, value, periodSeconds }: HPAScalingPolicy): object => ({
  Type: type,
  Value: value,
  PeriodSeconds: periodSeconds,
})

/** The behaviour that a text says; undefined for no text, and for one that says nothing. */
export function behaviorOfText(text: string | undefined): HorizontalPodAutoscalerBehavior | undefined {
  if (text === undefined) return undefined
  try {
    const parsed = rename(JSON.parse(text))
    return isObject(parsed) && Object.keys(parsed).length > 0 ? parsed : undefined
  } catch {
    return undefined
  }
}

/** Names that begin small, and nothing that is null: the second version's own form. */
function rename(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rename)
  if (!isObject(value)) return value
  const said = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(
    said.map(([name, inner]) => [`${name.charAt(0).toLowerCase()}${name.slice(1)}`, rename(inner)]),
  )
}
