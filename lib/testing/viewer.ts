import type { Viewer } from '@/lib/auth/viewer'
import type { MigId } from '@/lib/mig/wire/id'

/** A viewer for tests; the program itself gets one from lib/auth alone. */
export function testViewer(
  role: Viewer['role'],
  overrides: Partial<Pick<Viewer, 'id' | 'name' | 'fingerprint'>> = {},
): Viewer {
  return {
    id: '2' as MigId,
    name: `Test ${role}`,
    fingerprint: null,
    role,
    // Without a session to lock: what a session adds is tested with real ones.
    via: 'operator',
    sessionId: null,
    address: null,
    ...overrides,
  } as Viewer
}
