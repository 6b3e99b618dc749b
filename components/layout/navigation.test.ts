import { expect, test } from 'vitest'
import { currentItem } from './navigation'

test.each([
  ['/', 'overview'],
  ['/actions', 'actions'],
  ['/actions/12/commands', 'actions'],
  ['/commands/7', 'commands'],
  ['/agents/77', 'agents'],
  ['/agents/offline', 'offline'],
  ['/agents/offliner', 'agents'],
  ['/acl/requirements', 'acl'],
  ['/acl/permissions', 'permissions'],
  ['/acl/what-if/endpoint', 'what-if'],
  ['/acl/files/file', 'files'],
  ['/acl/batches/7', 'acl'],
  ['/spool/action/new', 'spool'],
  ['/audit', 'audit'],
  ['/actionsx', null],
  ['/sign-in', null],
  ['/settings', 'settings'],
])('%s belongs to %s', (pathname, item) => {
  expect(currentItem(pathname)).toBe(item)
})
