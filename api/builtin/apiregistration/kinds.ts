/** The kinds of apiregistration.k8s.io: the groups that are served. */
import type { Kind } from '../../kind.ts'
import { apiService } from './api-service.ts'

/** In the order of discovery. */
export const apiregistrationKinds: readonly Kind[] = [apiService]
