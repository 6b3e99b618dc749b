import { describe, expect, it } from 'vitest'
import { effectiveRole, isScheduler, type Person } from './rules'

const FPR = 'E60892BB9BD89A69F759A1A0A3D652173B763E8F'
const person: Person = {
  name: 'Ann',
  fingerprint: FPR,
  granted: null,
  disabled: false,
  status: null,
  permissions: null,
  later: false,
}
const later: Person = { ...person, later: true, status: 'active', permissions: '63' }

describe('effectiveRole', () => {
  it('lets everybody of the investigators table read, until a role is granted', () => {
    expect(effectiveRole(person, null)).toBe('investigator')
    expect(effectiveRole({ ...person, granted: 'admin' }, null)).toBe('admin')
    expect(effectiveRole({ ...person, granted: 'none' }, null)).toBe('none')
  })

  it('has no role for the disabled, whatever was granted', () => {
    expect(effectiveRole({ ...person, disabled: true, granted: 'admin' }, null)).toBe('none')
  })

  it('has no role for the scheduler, found by name or by key', () => {
    expect(effectiveRole({ ...person, name: 'MIG Scheduler', granted: 'admin' }, null)).toBe('none')
    expect(effectiveRole(person, FPR)).toBe('none')
    expect(effectiveRole(person, FPR.slice(-16))).toBe('none')
    expect(effectiveRole({ ...person, fingerprint: FPR.toLowerCase() }, FPR)).toBe('none')
    expect(isScheduler({ name: 'Ann', fingerprint: null }, FPR)).toBe(false)
  })

  it('asks the 2019 layout for an active status and the rights to read', () => {
    expect(effectiveRole(later, null)).toBe('investigator')
    expect(effectiveRole({ ...later, status: 'disabled' }, null)).toBe('none')
    expect(effectiveRole({ ...later, status: 'disabled', granted: 'admin' }, null)).toBe('none')
    expect(effectiveRole({ ...later, permissions: '0' }, null)).toBe('none')
    // all of the first six but "agent" (the fifth bit)
    expect(effectiveRole({ ...later, permissions: String(63 - 16) }, null)).toBe('none')
    // action_create (the third bit) is not needed to read
    expect(effectiveRole({ ...later, permissions: String(63 - 4) }, null)).toBe('investigator')
    expect(effectiveRole({ ...later, permissions: '-1' }, null)).toBe('investigator')
    expect(effectiveRole({ ...later, permissions: '0', granted: 'investigator' }, null)).toBe('investigator')
  })
})
