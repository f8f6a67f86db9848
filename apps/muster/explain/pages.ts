/** Every code that Muster prints, and the page behind it. */
import type { ErrorCode } from '@muster/base/errors.ts'
import { API_PAGES } from './api-pages.ts'
import { COMMAND_PAGES } from './command-pages.ts'
import { CONTROL_PLANE_PAGES } from './control-plane-pages.ts'
import type { Page } from './page.ts'
import { STORE_PAGES } from './store-pages.ts'

const ALL = { ...COMMAND_PAGES, ...CONTROL_PLANE_PAGES, ...STORE_PAGES, ...API_PAGES }

/** The code of a page: `MUS` and four digits. */
export type PageCode = keyof typeof ALL

/** Every page by its code; generated documentation is made from it. */
export const PAGES: Readonly<Record<PageCode, Page>> = ALL

/** Whether there is a page for this code. */
export const isPageCode = (code: string): code is PageCode => Object.hasOwn(PAGES, code)

/** The page for an error of the common table when nothing more is known about it. */
export const PAGE_OF_ERROR: Readonly<Record<ErrorCode, PageCode>> = {
  Invalid: 'MUS0206',
  BadRequest: 'MUS0206',
  NotFound: 'MUS0203',
  AlreadyExists: 'MUS0202',
  Conflict: 'MUS0202',
  Unauthorized: 'MUS0301',
  Forbidden: 'MUS0302',
  MethodNotAllowed: 'MUS0303',
  NotAcceptable: 'MUS0303',
  UnsupportedMediaType: 'MUS0303',
  Deposed: 'MUS0202',
  Gone: 'MUS0204',
  TooLarge: 'MUS0207',
  TooManyRequests: 'MUS0208',
  Internal: 'MUS0901',
  Unavailable: 'MUS0213',
  Timeout: 'MUS0212',
  RevisionAhead: 'MUS0205',
  StorageFull: 'MUS0209',
  StorageRefused: 'MUS0210',
  StorageLocked: 'MUS0211',
}
